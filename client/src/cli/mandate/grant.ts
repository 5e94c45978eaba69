import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type Side, SIDES, type Signable, SIGNABLES, USE_SLOTS } from '@commonwatt/chaincode/domain/mandate';
import {
    absolute,
    type AmountNano,
    amountNano,
    type EnergyWh,
    larger,
    plus,
    type PriceMicroPerKwh,
    smaller,
    valueOf,
} from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import type { MandateBounds } from '../../mandate-client.js';
import { amount, amountOption, carriers, counts, energy, names, price, someOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeMandate } from './describe.js';

type Options = Readonly<{
    participant?: string;
    agent: string;
    carriers: readonly Carrier[];
    sides: readonly Side[];
    priceMin: PriceMicroPerKwh;
    priceMax: PriceMicroPerKwh;
    slotEnergyMax: EnergyWh;
    until: string;
    may: readonly Signable[];
    mayChangeOthers: boolean;
    costMax: AmountNano;
    dayCostMax?: AmountNano;
    slotCostMax?: AmountNano;
    defaultMax: AmountNano;
    lanes: readonly number[];
    sources: readonly string[];
    mayDealWithAgent: boolean;
}>;

export function registerGrant(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'grant',
        summary: 'let an energy seller sign agreements in your name within bounds, until you revoke it',
        example:
            'commonwatt mandate grant --agent sel-1 --carriers electricity --sides buy --price-min 0 --price-max 0.3 ' +
            '--slot-energy-max 2000 --cost-max 40 --until 2016-07-21T00:00Z --org community --as bld-12',
        mode: 'submit',
    })
        .requiredOption('--agent <id>', 'the energy seller')
        .requiredOption('--carriers <names>', 'carriers, separated by commas', carriers)
        .requiredOption('--sides <names>', 'what it signs for you: buy, sell or both', someOf<Side>(SIDES))
        .requiredOption('--price-min <decimal>', 'lowest price, currency per kWh', price)
        .requiredOption('--price-max <decimal>', 'highest price, currency per kWh', price)
        .requiredOption('--slot-energy-max <wh>', 'most energy of a slot over all that it signs, Wh', energy)
        .requiredOption('--until <slot>', 'delivery ends before this slot: index or UTC time')
        .requiredOption('--cost-max <decimal>', 'most that all it signs can cost you at worst, in currency', amount)
        .option('--day-cost-max <decimal>', 'the same in 96 slots (default: that of 96 slots)', amount)
        .option(
            '--slot-cost-max <decimal>',
            'the same in a slot (default: its energy at the dearest price, and the default amounts)',
            amount,
        )
        .addOption(amountOption('--default-max <decimal>', 'of it, most in default amounts'))
        .option('--may <documents>', `what it signs: ${SIGNABLES.join(', ')}`, someOf<Signable>(SIGNABLES), [
            'agreement',
        ])
        .option('--may-change-others', 'it may also amend or cancel what you, or another agent, signed', false)
        .option('--lanes <numbers>', 'lanes of your account that fund it', counts, [0])
        .option('--sources <ids>', 'sources that may state delivery besides meters', names, [])
        .option('--may-deal-with-agent', 'it may be the other party itself, or sign for the other party, too', false)
        .option('--participant <id>', 'the principal (default: the name of --as)');
    onRun<Options>(verb, async (session, options) => {
        const untilSlot = await session.slot(options.until);
        const done = await (
            await session.market()
        ).mandates.grant({
            principalId: options.participant ?? session.identityName,
            agentId: options.agent,
            documents: options.may,
            mayChangeOthers: options.mayChangeOthers,
            carriers: options.carriers,
            sides: options.sides,
            priceMinMicroPerKwh: options.priceMin,
            priceMaxMicroPerKwh: options.priceMax,
            slotEnergyMaxWh: options.slotEnergyMax,
            ...costsOf(options),
            lanes: options.lanes,
            sourceIds: options.sources,
            untilSlot,
            mayDealWithAgent: options.mayDealWithAgent,
        });
        const lines = describeMandate(done.value, await session.slotNames());
        session.printCommitted(done, `Granted mandate ${done.value.mandateId}`, lines.slice(1));
    });
}

/** What is not stated follows from what is: nothing that is left out allows more. */
function costsOf(
    options: Options,
): Pick<MandateBounds, 'slotCostMaxNano' | 'dayCostMaxNano' | 'totalCostMaxNano' | 'totalDefaultMaxNano'> {
    const { costMax, defaultMax, priceMin, priceMax, slotEnergyMax } = options;
    const dearest = larger(absolute(priceMin), absolute(priceMax));
    const bySlot = options.slotCostMax ?? plus(valueOf(slotEnergyMax, dearest), defaultMax);
    const slotCostMaxNano = smaller(bySlot, costMax);
    const byDay = options.dayCostMax ?? amountNano(slotCostMaxNano * BigInt(USE_SLOTS));
    return {
        slotCostMaxNano,
        dayCostMaxNano: smaller(byDay, costMax),
        totalCostMaxNano: costMax,
        totalDefaultMaxNano: defaultMax,
    };
}
