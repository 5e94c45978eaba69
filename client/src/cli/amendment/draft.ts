import type { EnergyWh, PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { amendedTerms } from '../../amendment-draft.js';
import type { Session } from '../session.js';
import { count, energies, prices } from '../values.js';
import { describeTerms } from '../agreement/describe.js';
import { addVerb, onRun } from '../verb.js';
import { type AmendmentDraft, namesOf, writeAmendment } from './files.js';

type Options = Readonly<{
    out: string;
    leg: number;
    fromSlot?: string;
    endSlot?: string;
    energy?: readonly EnergyWh[];
    price?: readonly PriceMicroPerKwh[];
    concludeBefore?: string;
    amendment?: number;
}>;

export function registerDraft(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'draft',
        summary:
            'write the next version of an agreement to a file: other energy, price or period; edit it for the rest',
        example:
            'commonwatt amendment draft 3f0c…e1 --out amendment.json --from-slot 2016-07-20T10:00Z --energy 300 ' +
            '--price 0.19 --org community --as bld-12',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .requiredOption('--out <file>', 'where to write the draft')
        .option('--leg <number>', 'position of the leg that changes, from 0', count, 0)
        .option('--from-slot <slot>', 'first slot that changes (default: the first that has not begun)')
        .option('--end-slot <slot>', 'first slot no longer delivered (default: as before)')
        .option('--energy <wh,...>', 'Wh per slot from then on: one for all, or one each', energies)
        .option('--price <decimal,...>', 'currency per kWh from then on: one for all, or one each', prices)
        .option('--conclude-before <slot>', 'void unless enacted before this slot (default: the end of delivery)')
        .option('--amendment <version>', 'version (default: the next that has not been proposed)', count);
    onRun<Options>(verb, async (session, options, [agreementId = '']) => {
        const draft = await draftOf(session, options, agreementId);
        await writeAmendment(options.out, draft);
        const { version } = draft.terms;
        session.print({ ...namesOf(draft), version, file: options.out }, [
            `Drafted version ${String(version)} of agreement ${agreementId} in ${options.out}:`,
            ...describeTerms(draft.terms, await session.slotNames()),
        ]);
    });
}

async function draftOf(session: Session, options: Options, agreementId: string): Promise<AmendmentDraft> {
    const market = await session.market();
    const { agreement, execution } = await market.agreements.show(agreementId);
    const { leg, fromSlot, endSlot, energy, price, concludeBefore } = options;
    const terms = amendedTerms(agreement, {
        version: options.amendment ?? (await market.amendments.nextVersion(agreementId)),
        rulesVersion: (await market.charter.rules()).version,
        leg,
        fromSlot:
            fromSlot === undefined
                ? await market.clock.firstNotBegun(agreement.terms.firstSlot, execution.endSlot)
                : await session.slot(fromSlot),
        ...(endSlot === undefined ? {} : { endSlot: await session.slot(endSlot) }),
        ...(energy === undefined ? {} : { energyWh: energy }),
        ...(price === undefined ? {} : { priceMicroPerKwh: price }),
        ...(concludeBefore === undefined ? {} : { concludeBeforeSlot: await session.slot(concludeBefore) }),
    });
    return { agreementId, terms };
}
