import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type Side, SIDES } from '@commonwatt/chaincode/domain/mandate';
import type { EnergyWh, PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { carriers, energy, price, someOf } from '../values.js';
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
    mayDealWithAgent: boolean;
}>;

export function registerGrant(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'grant',
        summary: 'let an energy seller sign agreements in your name within bounds, until you revoke it',
        example:
            'commonwatt mandate grant --agent sel-1 --carriers electricity --sides buy --price-min 0 --price-max 0.3 ' +
            '--slot-energy-max 2000 --until 2016-07-21T00:00Z --org community --as bld-12',
        mode: 'submit',
    })
        .requiredOption('--agent <id>', 'the energy seller')
        .requiredOption('--carriers <names>', 'carriers, separated by commas', carriers)
        .requiredOption('--sides <names>', 'what it signs for you: buy, sell or both', someOf<Side>(SIDES))
        .requiredOption('--price-min <decimal>', 'lowest price, currency per kWh', price)
        .requiredOption('--price-max <decimal>', 'highest price, currency per kWh', price)
        .requiredOption('--slot-energy-max <wh>', 'most energy of a slot over all that it signs, Wh', energy)
        .requiredOption('--until <slot>', 'delivery ends before this slot: index or UTC time')
        .option('--may-deal-with-agent', 'it may be the other party itself, or sign for the other party, too', false)
        .option('--participant <id>', 'the principal (default: the name of --as)');
    onRun<Options>(verb, async (session, options) => {
        const untilSlot = await session.slot(options.until);
        const done = await (
            await session.market()
        ).mandates.grant({
            principalId: options.participant ?? session.identityName,
            agentId: options.agent,
            carriers: options.carriers,
            sides: options.sides,
            priceMinMicroPerKwh: options.priceMin,
            priceMaxMicroPerKwh: options.priceMax,
            slotEnergyMaxWh: options.slotEnergyMax,
            untilSlot,
            mayDealWithAgent: options.mayDealWithAgent,
        });
        const lines = describeMandate(done.value, await session.slotNames());
        session.printCommitted(done, `Granted mandate ${done.value.mandateId}`, lines.slice(1));
    });
}
