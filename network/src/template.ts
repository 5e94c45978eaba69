import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from './files.js';
import { NetworkError } from './network-error.js';
import { configFolder } from './project.js';

export type TemplateValues = Readonly<Record<string, string | number>>;

/** Fills `${name}` in a file of test-network-config and writes the result. */
export async function renderConfig(template: string, values: TemplateValues, target: string): Promise<void> {
    const source = join(configFolder, template);
    const text = await readFile(source, 'utf8');
    const rendered = text
        .split('\n')
        .map((line) => (line.trimStart().startsWith('#') ? line : fill(line, values, source)))
        .join('\n');
    await writeFileAtomically(target, rendered);
}

function fill(line: string, values: TemplateValues, source: string): string {
    return line.replace(/\$\{([^}]*)\}/g, (_match, name: string) => {
        const value = values[name];
        if (value === undefined) {
            throw new NetworkError(`${source} asks for "\${${name}}", which nothing provides.`, {
                subject: source,
                remedy: `Known names: ${Object.keys(values).join(', ')}.`,
            });
        }
        return String(value).replaceAll("'", "''"); // paths stand in single quotes there
    });
}
