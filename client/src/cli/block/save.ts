import type { Command } from 'commander';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ out: string; from: number }>;

export function registerSave(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'save',
        summary: 'write the blocks that the peer has to files NUMBER.block, which `audit run --blocks` reads',
        example: 'commonwatt block save --out blocks --org community',
        mode: 'read',
    })
        .requiredOption('--out <folder>', 'where to write them')
        .option('--from <block>', 'first block', count, 0);
    onRun<Options>(verb, async (session, { out, from }) => {
        const { blocksOfPeer, saveBlock } = await import('../../auditor/block-source.js');
        const { transport } = await session.market();
        let saved = 0;
        for await (const block of blocksOfPeer(transport, from)) {
            await saveBlock(out, block);
            saved += 1;
        }
        session.print({ folder: out, blocks: saved }, [`Wrote ${String(saved)} blocks to ${out}.`]);
    });
}
