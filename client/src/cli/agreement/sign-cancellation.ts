import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { writeCancellation } from './cancellation-file.js';
import { addPartyOptions, type PartyOptions, partyOf } from './party.js';

type Options = PartyOptions & Readonly<{ out: string; fromSlot?: string }>;

export function registerSignCancellation(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign-cancellation',
        summary: 'sign for one party that an agreement ends before a slot; the signature goes to a file',
        example:
            'commonwatt agreement sign-cancellation 3f0c…e1 --from-slot 2016-07-20T10:00Z --org community --as bld-12 ' +
            '--out cancellation-bld-12.json',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--out <file>', 'where to write the signature')
        .option('--from-slot <slot>', 'first slot not delivered (default: the first that has not begun)');
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [agreementId = '']) => {
        const market = await session.market();
        const { agreement, execution } = await market.agreements.show(agreementId);
        const { version, firstSlot } = agreement.terms;
        const fromSlot =
            options.fromSlot === undefined
                ? await market.clock.firstNotBegun(firstSlot, execution.endSlot)
                : await session.slot(options.fromSlot);
        const cancellation = { agreementId, version, fromSlot };
        const document = { kind: 'cancellation', terms: agreement.terms, changes: agreement } as const;
        const { participantId, mandateId } = await partyOf(session, options, document);
        const consent = await market.agreements.consentToCancel(cancellation, participantId, { mandateId });
        await writeCancellation(options.out, { cancellation, consent });
        session.print({ ...cancellation, ...consent, file: options.out }, [
            `${participantId} consents that agreement ${agreementId} ends before slot ${(await session.slotNames()).one(fromSlot)}`,
        ]);
    });
}
