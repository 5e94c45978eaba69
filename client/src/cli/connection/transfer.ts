import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { PowerW } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { carrier, power } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; from: string; to: string; import: PowerW; export: PowerW }>;

export function registerTransfer(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'transfer',
        summary: "give part of a point's share of a connection to another of its points, as the giving point's owner",
        example:
            'commonwatt connection transfer bus-18 --carrier electricity --from bld-18 --to bld-19 --import 2000 ' +
            '--export 0 --org community --as bld-18',
        mode: 'submit',
    })
        .argument('<connection>', 'connection point')
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--from <point>', 'metering point that gives')
        .requiredOption('--to <point>', 'metering point that takes')
        .requiredOption('--import <watts>', 'power from the network that changes hands, W', power)
        .requiredOption('--export <watts>', 'power into the network that changes hands, W', power);
    onRun<Options>(verb, async (session, options, [connectionPoint = '']) => {
        const done = await (
            await session.market()
        ).connections.transfer({
            carrier: options.carrier,
            connectionPoint,
            fromPointId: options.from,
            toPointId: options.to,
            importW: options.import,
            exportW: options.export,
        });
        const { importMaxW, exportMaxW } = done.value;
        session.printCommitted(
            done,
            `${options.from} keeps ${String(importMaxW)} W in and ${String(exportMaxW)} W out of ${connectionPoint}`,
        );
    });
}
