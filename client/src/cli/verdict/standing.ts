import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { PARTICIPANT_KINDS, type ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { EnergyWh, PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { carriers, energy, price, someOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{
    carriers: readonly Carrier[];
    kinds: readonly ParticipantKind[];
    priceMin: PriceMicroPerKwh;
    priceMax: PriceMicroPerKwh;
    energyMax: EnergyWh;
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
            '--energy-max 100000 --first-slot 1632000 --end-slot 1633000 --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<standing>', 'id of the standing verdict')
        .option('--carriers <names>', 'carriers, separated by commas', carriers, [...CARRIERS])
        .option('--kinds <names>', 'kinds of participants', someOf(PARTICIPANT_KINDS), [...PARTICIPANT_KINDS])
        .requiredOption('--price-min <decimal>', 'lowest price, currency per kWh', price)
        .requiredOption('--price-max <decimal>', 'highest price, currency per kWh', price)
        .requiredOption('--energy-max <wh>', 'most energy of one agreement over all its legs, Wh', energy)
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
            firstSlot,
            endSlot,
            reasonCode: options.reason,
        });
        session.printCommitted(done, `Standing verdict ${standingId} is ${done.value.statement.status}`);
    });
}
