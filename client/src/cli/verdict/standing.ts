import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { PARTICIPANT_KINDS, type ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import { type AmountNano, type EnergyWh, type PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { amount, carriers, count, energy, names, price, someOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{
    carriers: readonly Carrier[];
    kinds: readonly ParticipantKind[];
    priceMin: PriceMicroPerKwh;
    priceMax: PriceMicroPerKwh;
    energyMax: EnergyWh;
    partyCostMax: AmountNano;
    partyDefaultMax: AmountNano;
    defaultRateMax: PriceMicroPerKwh;
    toleranceMax: number;
    takeOrPay: boolean;
    sources: readonly string[];
    firstSlot: string;
    endSlot: string;
    revoke: boolean;
    reason: string;
}>;

export function registerStanding(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'standing',
        summary: 'approve in advance every agreement within bounds; given again, it replaces or revokes the last',
        example:
            'commonwatt verdict standing small-trades --carriers electricity --price-min 0.05 --price-max 0.4 ' +
            '--energy-max 100000 --party-cost-max 50 --party-default-max 10 --default-rate-max 0.5 --first-slot 1632000 --end-slot 1633000 --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<standing>', 'id of the standing verdict')
        .option('--carriers <names>', 'carriers, separated by commas', carriers, [...CARRIERS])
        .option('--kinds <names>', 'kinds of participants', someOf(PARTICIPANT_KINDS), [...PARTICIPANT_KINDS])
        .requiredOption('--price-min <decimal>', 'lowest price, currency per kWh', price)
        .requiredOption('--price-max <decimal>', 'highest price, currency per kWh', price)
        .requiredOption('--energy-max <wh>', 'most energy of one agreement over all its legs, Wh', energy)
        .requiredOption('--party-cost-max <decimal>', 'most that an agreement may cost any one party at worst', amount)
        .requiredOption('--party-default-max <decimal>', 'of it, most in default amounts', amount)
        .requiredOption('--default-rate-max <decimal>', 'most that a kWh that fails may cost, currency per kWh', price)
        .option('--tolerance-max <bp>', 'most that may fail for nothing, in hundredths of a percent', count, 1_000)
        .option('--no-take-or-pay', 'only what buyers need not pay for unless they take it')
        .option('--sources <ids>', 'sources that may state delivery besides meters', names, [])
        .requiredOption('--first-slot <slot>', 'delivery begins here at the earliest: index or UTC time')
        .requiredOption('--end-slot <slot>', 'delivery ends before this slot: index or UTC time')
        .option('--revoke', 'revoke it for good', false)
        .option('--reason <code>', 'reason code in camelCase', 'ordinaryTrade');
    onRun<Options>(verb, async (session, options, [standingId = '']) => {
        const firstSlot = await session.slot(options.firstSlot);
        const endSlot = await session.slot(options.endSlot);
        const done = await (
            await session.market()
        ).verdicts.standing({
            standingId,
            status: options.revoke ? 'revoked' : 'granted',
            carriers: options.carriers,
            participantKinds: options.kinds,
            priceMinMicroPerKwh: options.priceMin,
            priceMaxMicroPerKwh: options.priceMax,
            agreementEnergyMaxWh: options.energyMax,
            exposure: {
                partyCostMaxNano: options.partyCostMax,
                partyDefaultMaxNano: options.partyDefaultMax,
                defaultRateMaxMicroPerKwh: options.defaultRateMax,
                toleranceMaxBp: options.toleranceMax,
                mayTakeOrPay: options.takeOrPay,
                sourceIds: options.sources,
            },
            firstSlot,
            endSlot,
            reasonCode: options.reason,
        });
        session.printCommitted(done, `Standing verdict ${standingId} is ${done.value.statement.status}`);
    });
}
