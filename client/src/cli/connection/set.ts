import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ShareGrant } from '@commonwatt/chaincode/domain/connection';
import type { PowerW } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { carrier, grant, power } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{
    carrier: Carrier;
    importMax: PowerW;
    exportMax: PowerW;
    grant?: readonly ShareGrant[];
    reason: string;
}>;

export function registerSet(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'set',
        summary:
            "limit what the metering points of a connection take and feed in together, as the carrier's dispatcher",
        example:
            'commonwatt connection set bus-18 --carrier electricity --import-max 30000 --export-max 10000 ' +
            '--grant bld-18=30000/10000 --org operator --as dispatcher-1',
        mode: 'submit',
    })
        .argument('<connection>', 'connection point, as its metering points name it')
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--import-max <watts>', 'most power taken from the network, W', power)
        .requiredOption('--export-max <watts>', 'most power fed into the network, W', power)
        .option('--grant <point=in/out>', 'what a point gets of it besides what it has, W; once for each', grant)
        .option('--reason <code>', 'reason code in camelCase', 'ratedCapacity');
    onRun<Options>(verb, async (session, options, [connectionPoint = '']) => {
        const done = await (
            await session.market()
        ).connections.set({
            carrier: options.carrier,
            connectionPoint,
            importMaxW: options.importMax,
            exportMaxW: options.exportMax,
            grants: options.grant ?? [],
            reasonCode: options.reason,
        });
        const { importMaxW, exportMaxW, sequence } = done.value.statement;
        session.printCommitted(
            done,
            `Connection ${connectionPoint} takes ${String(importMaxW)} W of ${options.carrier} and feeds in ` +
                `${String(exportMaxW)} W at most: statement ${String(sequence)}`,
        );
    });
}
