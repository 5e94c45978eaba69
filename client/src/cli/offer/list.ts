import { deadlineOf, isOpen, type Offer, turnOf } from '@commonwatt/chaincode/domain/offer';
import type { Command } from 'commander';
import { table } from '../output.js';
import type { SlotNames } from '../slot-names.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ maker?: string; party?: string; all: boolean }>;

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the offers that are pending',
        example: 'commonwatt offer list --party bld-12 --org community',
        mode: 'read',
    })
        .option('--maker <id>', 'only those of one maker')
        .option('--party <id>', 'only those that name a party, or are open')
        .option('--all', 'also those that are over', false);
    onRun<Options>(verb, async (session, { maker, party, all }) => {
        const every = await (await session.market()).offers.list(maker ?? null);
        const offers = every
            .filter((offer) => all || offer.state === 'pending')
            .filter((offer) => party === undefined || isOpen(offer) || concerns(offer, party));
        const slots = await session.slotNames();
        const rows = offers.map((offer) => rowOf(offer, slots));
        session.print(offers, table([['OFFER', 'STATE', 'ROUND', 'MAKER', 'TURN', 'UNTIL SLOT'], ...rows]));
    });
}

const concerns = (offer: Offer, party: string): boolean =>
    offer.terms.parties.some(({ participantId }) => participantId === party);

const rowOf = (offer: Offer, slots: SlotNames): string[] => [
    offer.offerId,
    offer.state,
    String(offer.rounds.length),
    offer.makerId,
    isOpen(offer) && offer.state === 'pending' ? 'anyone' : turnOf(offer).join(' '),
    slots.one(deadlineOf(offer)),
];
