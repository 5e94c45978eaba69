import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const SECURITY = fileURLToPath(new URL('../../../chaincode/docs/security.md', import.meta.url));

/** A table of the security page, between comments that carry its name: its header and its rows, cell by cell. */
export async function securityTable(name: string): Promise<readonly (readonly string[])[]> {
    const page = await readFile(SECURITY, 'utf8');
    const [, table = ''] = new RegExp(`<!-- ${name} -->\n(.*?)<!-- end of ${name} -->`, 's').exec(page) ?? [];
    return table
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) =>
            line
                .slice(1, -1)
                .split('|')
                .map((cell) => cell.trim()),
        )
        .filter(([first]) => !/^-+$/.test(first ?? ''));
}
