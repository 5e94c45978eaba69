import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { END_OF_BLOCK, FileCheckpoint } from '@commonwatt/client/checkpoint';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';
import { inTemporaryFolder } from './temporary-folder.js';

describe('checkpoint', () => {
    it('begins where there is no file and resumes where it was saved', async () => {
        await inTemporaryFolder(async (folder) => {
            const path = join(folder, 'deep', 'checkpoint.json');
            const first = await FileCheckpoint.open(path, 'commonwatt');
            expect(first.position).to.equal(null);
            await first.save({ blockNumber: 7, transactionIndex: 2 });
            await first.save({ blockNumber: 8, transactionIndex: END_OF_BLOCK });
            const again = await FileCheckpoint.open(path, 'commonwatt');
            expect(again.position).to.deep.equal({ blockNumber: 8, transactionIndex: END_OF_BLOCK });
        });
    });

    it('refuses an empty, a torn and an altered file instead of beginning again', async () => {
        await inTemporaryFolder(async (folder) => {
            const path = join(folder, 'checkpoint.json');
            await (await FileCheckpoint.open(path, 'commonwatt')).save({ blockNumber: 41, transactionIndex: 0 });
            const whole = await readFile(path, 'utf8');
            const spoilt = ['', whole.slice(0, -20), whole.replace('41', '14')];
            for (const text of spoilt) {
                await writeFile(path, text);
                const error = await rejectionOf(FileCheckpoint.open(path, 'commonwatt'));
                expect(error.kind).to.equal('invalid');
                expect(error.code).to.be.oneOf(['FILE_INVALID', 'CHECKPOINT_INVALID']);
                expect(error.operands).to.have.property('file', path);
            }
        });
    });

    it('refuses the checkpoint of another channel', async () => {
        await inTemporaryFolder(async (folder) => {
            const path = join(folder, 'checkpoint.json');
            await (await FileCheckpoint.open(path, 'commonwatt')).save({ blockNumber: 1, transactionIndex: 0 });
            const error = await rejectionOf(FileCheckpoint.open(path, 'elsewhere'));
            expect(error.code).to.equal('CHECKPOINT_INVALID');
        });
    });
});
