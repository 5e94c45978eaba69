import { resolve } from 'node:path';
import { PACKAGES, stageChaincodes } from '../packaging/stage.js';

/** `npm run stage -w chaincode -- FOLDER`: a relative folder is below the one that npm was called in. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
    process.stderr.write('usage: npm run stage -w chaincode -- FOLDER\n');
    process.exit(2);
}
const target = resolve(process.env['INIT_CWD'] ?? '.', folder);
await stageChaincodes(target);
process.stdout.write(`${PACKAGES.map((name) => `${target}/${name}`).join('\n')}\n`);
