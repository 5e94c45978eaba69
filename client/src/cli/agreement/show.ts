import type { Command } from 'commander';
import { formatAmount } from '../../decimal.js';
import { addVerb, onRun } from '../verb.js';
import { describeTerms } from './describe.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show what was signed and how far it is carried out',
        example: 'commonwatt agreement show 3f0c…e1 --org community',
        mode: 'read',
    }).argument('<agreement>', 'id of the agreement, or its first eight digits or more');
    onRun(verb, async (session, _, [agreementId = '']) => {
        const view = await (await session.market()).agreements.show(agreementId);
        const { execution, agreement } = view;
        const slots = await session.slotNames();
        session.print(view, [
            `Agreement ${agreementId}: ${execution.state}`,
            ...describeTerms(agreement.terms, slots),
            ...execution.progress.map(({ carrier, nextSlot }) => `  ${carrier}: next to settle ${slots.one(nextSlot)}`),
            ...execution.holdings.map(
                ({ participantId, energyNano, defaultNano }) =>
                    `  escrow of ${participantId}: ${formatAmount(energyNano)} for energy, ` +
                    `${formatAmount(defaultNano)} for defaults`,
            ),
        ]);
    });
}
