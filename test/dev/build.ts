import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Codes of the compiler's own messages that a build has ended: with one error, with another number of them. */
const BUILT = [6193, 6194];

/**
 * Builds the project, and again whenever a source is saved. Prints what the compiler says; `onBuilt` is told when all of
 * it compiles. Returns what ends it.
 */
export function buildOnSave(project: string, say: (line: string) => void, onBuilt: () => void): () => void {
    const format: ts.FormatDiagnosticsHost = {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => project,
        getNewLine: () => '\n',
    };
    const tell = (diagnostic: ts.Diagnostic): void => {
        say(ts.formatDiagnostic(diagnostic, format).trimEnd());
    };
    const watched = new Set<ts.FileWatcher>();
    const closing = (watcher: ts.FileWatcher): ts.FileWatcher => {
        watched.add(watcher);
        return watcher;
    };
    const system: ts.System = {
        ...ts.sys,
        getCurrentDirectory: () => project,
        watchFile: (...args) => closing(ts.sys.watchFile?.(...args) ?? { close: () => undefined }),
        watchDirectory: (...args) => closing(ts.sys.watchDirectory?.(...args) ?? { close: () => undefined }),
    };
    const host = ts.createSolutionBuilderWithWatchHost(
        system,
        undefined,
        tell,
        () => undefined,
        ({ code }, _newLine, _options, errors = 0) => {
            if (BUILT.includes(code)) {
                if (errors === 0) {
                    onBuilt();
                } else {
                    say(`${errors} errors: waiting for the next save`);
                }
            }
        },
    );
    ts.createSolutionBuilderWithWatch(host, [project], { incremental: true }).build();
    return () => {
        watched.forEach((watcher) => {
            watcher.close();
        });
    };
}

/** Whether the compiled chaincode is what it was: a hash over its programs. */
export function digestOfPrograms(folder: string): string {
    const hash = createHash('sha256');
    for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String).sort() : []) {
        if (name.endsWith('.js')) {
            hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
        }
    }
    return hash.digest('hex');
}
