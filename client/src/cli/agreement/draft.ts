import { EXEMPTIONS, type Leg } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import {
    type AmountNano,
    type EnergyWh,
    NO_MONEY,
    type PriceMicroPerKwh,
    priceMicroPerKwh,
} from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { draftTerms } from '../../agreement-draft.js';
import { InvalidError } from '../../errors.js';
import type { Session } from '../session.js';
import { amount, carrier, count, energies, price, prices, someOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeTerms } from './describe.js';
import { namesOf, writeDraft } from './files.js';

type Options = Readonly<{
    out: string;
    carrier: Carrier;
    seller: string;
    sellerPoint: string;
    sellerLane: number;
    buyer: string;
    buyerPoint: string;
    buyerLane: number;
    firstSlot: string;
    slots?: number;
    energy: readonly EnergyWh[];
    price: readonly PriceMicroPerKwh[];
    defaultRate?: PriceMicroPerKwh;
    defaultCap?: AmountNano;
    toleranceBp: number;
    takeOrPay: boolean;
    curtailable: boolean;
    concludeBefore?: string;
    rulesVersion?: number;
    source?: string;
    exempt: readonly (typeof EXEMPTIONS)[number][];
}>;

export function registerDraft(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'draft',
        summary: 'write the terms of an agreement between a seller and a buyer to a file; see `agreement add-leg`',
        example:
            'commonwatt agreement draft --out draft.json --carrier electricity --seller sel-1 --seller-point mp-sel-1 ' +
            '--buyer bld-12 --buyer-point mp-bld-12 --first-slot 2016-07-20T09:00Z --energy 500,450 --price 0.21 --org community',
        mode: 'read',
    });
    addParties(verb);
    addQuantities(verb);
    onRun<Options>(verb, async (session, options) => {
        const terms = draftTerms(await draftOf(session, options));
        await writeDraft(options.out, terms);
        const names = namesOf(terms);
        session.print({ ...names, file: options.out }, [
            `Drafted agreement ${names.agreementId} in ${options.out}:`,
            ...describeTerms(terms, await session.slotNames()),
        ]);
    });
}

function addParties(verb: Command): void {
    verb.requiredOption('--out <file>', 'where to write the draft')
        .requiredOption('--seller <id>', 'participant that sells; it proposes')
        .requiredOption('--seller-point <id>', 'its metering point')
        .option('--seller-lane <number>', 'lane of its account that pays what it may owe', count, 0)
        .requiredOption('--buyer <id>', 'participant that buys')
        .requiredOption('--buyer-point <id>', 'its metering point')
        .option('--buyer-lane <number>', 'lane of its account that pays', count, 0);
}

function addQuantities(verb: Command): void {
    verb.requiredOption('--carrier <carrier>', 'electricity, heat, cooling, gas, mobility, coal or oil', carrier)
        .requiredOption('--first-slot <slot>', 'first slot of delivery: index, or UTC time such as 2016-07-20T09:00Z')
        .requiredOption('--energy <wh,...>', 'Wh per slot; a single value counts for all --slots', energies)
        .option('--slots <number>', 'slots of delivery (default: as many as energies)', count)
        .requiredOption(
            '--price <decimal,...>',
            'currency per kWh, at most 6 digits; one for all slots or one each',
            prices,
        )
        .option('--default-rate <decimal>', 'currency per kWh not delivered (default: 0)', price)
        .option('--default-cap <decimal>', 'most default money that one party pays (default: 0)', amount)
        .option('--tolerance-bp <number>', 'deviation without default, in hundredths of a percent', count, 0)
        .option('--no-take-or-pay', 'the buyer pays for what it takes, not for what was agreed')
        .option(
            '--source <id>',
            'delivery is what this source states, not what meters count; always so for coal and oil',
        )
        .option(
            '--exempt <causes>',
            `what waives default amounts, separated by commas: ${EXEMPTIONS.join(', ')}`,
            someOf(EXEMPTIONS),
            ['halt'],
        )
        .option('--curtailable', 'the network operator may curtail the quantities', false)
        .option('--conclude-before <slot>', 'the offer is void from this slot on (default: the first slot)')
        .option('--rules-version <number>', 'rules of the market (default: those in force)', count);
}

async function draftOf(session: Session, options: Options): Promise<Parameters<typeof draftTerms>[0]> {
    const { seller: sellerId, buyer: buyerId } = options;
    const slotCount = options.slots ?? options.energy.length;
    const leg: Leg = {
        carrier: options.carrier,
        sellerId,
        sellerPoint: options.sellerPoint,
        buyerId,
        buyerPoint: options.buyerPoint,
        energyWh: perSlot(options.energy, slotCount, '--energy'),
        priceMicroPerKwh: perSlot(options.price, slotCount, '--price'),
    };
    const firstSlot = await session.slot(options.firstSlot);
    const { concludeBefore } = options;
    return {
        proposerId: sellerId,
        legs: [leg],
        parties: [
            { participantId: sellerId, lane: options.sellerLane },
            { participantId: buyerId, lane: options.buyerLane },
        ],
        firstSlot,
        slotCount,
        defaultRateMicroPerKwh: options.defaultRate ?? priceMicroPerKwh(0n),
        defaultCapNano: options.defaultCap ?? NO_MONEY,
        toleranceBp: options.toleranceBp,
        takeOrPay: options.takeOrPay,
        verification: options.source === undefined ? 'meters' : { sourceId: options.source },
        exemptions: options.exempt,
        curtailable: options.curtailable,
        concludeBeforeSlot: concludeBefore === undefined ? firstSlot : await session.slot(concludeBefore),
        rulesVersion: options.rulesVersion ?? (await (await session.market()).charter.rules()).version,
    };
}

/** One value for all slots, or one each. @throws InvalidError OPTION_INVALID {option, reason} */
export function perSlot<Value>(values: readonly Value[], slotCount: number, option: string): Value[] {
    const [only] = values;
    if (values.length === 1 && only !== undefined) {
        return Array.from({ length: slotCount }, () => only);
    }
    if (values.length !== slotCount) {
        throw new InvalidError({
            code: 'OPTION_INVALID',
            operands: { option, reason: `one value, or one for each of ${String(slotCount)} slots` },
        });
    }
    return [...values];
}
