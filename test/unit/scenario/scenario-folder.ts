import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The scenario that the product ships. */
export const shippedScenario = fileURLToPath(
    new URL('../../../../test-network-config/scenario', import.meta.url), // from test/dist/unit/scenario
);

/** A copy of the shipped scenario that a test may spoil; it is gone after the suite. */
export function scenarioCopy(): ScenarioCopy {
    const copy = new ScenarioCopy();
    after(() => {
        copy.remove();
    });
    return copy;
}

export class ScenarioCopy {
    readonly directory = mkdtempSync(join(tmpdir(), 'commonwatt-scenario-'));

    constructor() {
        this.restore();
    }

    restore(): void {
        cpSync(shippedScenario, this.directory, { recursive: true });
    }

    path(file: string): string {
        return join(this.directory, file);
    }

    /** Rewrites one file line by line; line 1 is the header. A line that becomes undefined is gone. */
    edit(file: string, change: (line: string, number: number) => string | undefined): void {
        const lines = readFileSync(this.path(file), 'utf8').trimEnd().split('\n');
        const changed = lines.map((line, index) => change(line, index + 1)).filter((line) => line !== undefined);
        writeFileSync(this.path(file), `${changed.join('\n')}\n`);
    }

    remove(): void {
        rmSync(this.directory, { recursive: true, force: true });
    }
}
