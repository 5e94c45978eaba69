import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { StateFolder } from '../state-folder.js';
import { failure, fine, warning, type Finding } from './finding.js';

const dayMs = 24 * 3600 * 1000;
const noticeDays = 30;

/** The certificate of this network that expires first. */
export async function examineCertificates(folder: StateFolder): Promise<Finding> {
    if (!existsSync(folder.organizations)) {
        return warning('certificates', 'none yet.', '`commonwatt network up` creates them');
    }
    const all = await readdir(folder.organizations, { recursive: true });
    const files = all.filter((name) => /\.(pem|crt)$/.test(name)).map((name) => join(folder.organizations, name));
    const expiries = await Promise.all(
        files.map(async (file) => ({ file, atMs: Date.parse(new X509Certificate(await readFile(file)).validTo) })),
    );
    const first = expiries.sort((a, b) => a.atMs - b.atMs)[0];
    if (first === undefined) {
        return failure('certificates', `none in ${folder.organizations}.`, 'run `commonwatt network reset` and `up`');
    }
    const days = Math.floor((first.atMs - Date.now()) / dayMs);
    const finding = `${relative(folder.root, first.file)} expires first, in ${String(days)} days`;
    if (days < 0) {
        return failure('certificates', `${finding}.`, '`commonwatt network reset` makes new ones with a new network');
    }
    return days < noticeDays
        ? warning('certificates', `${finding}.`, 'renew it at its CA, or `commonwatt network reset`')
        : fine('certificates', finding);
}
