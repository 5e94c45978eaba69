import type { Command } from 'commander';
import { writeDraft } from '../agreement/files.js';
import { addVerb, onRun } from '../verb.js';
import { describeOffer } from './describe.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the terms on the table, who has consented to them and whose turn it is',
        example: 'commonwatt offer show 3f0c…e1 --org community',
        mode: 'read',
    })
        .argument('<offer>', 'id of the offer')
        .option('--draft <file>', 'also write the terms to a file, to be changed for a counter-offer');
    onRun<{ draft?: string }>(verb, async (session, { draft }, [offerId = '']) => {
        const offer = await (await session.market()).offers.show(offerId);
        if (draft !== undefined) {
            await writeDraft(draft, offer.terms);
        }
        session.print(offer, describeOffer(offer, await session.slotNames()));
    });
}
