import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import type { Command } from 'commander';
import { sha256OfFile } from '../file-hash.js';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{
    carrier: Carrier;
    points: string;
    from: string;
    until: string;
    evidence: string;
    reason: string;
}>;

export function registerDeclare(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'declare',
        summary:
            "declare force majeure as the network operator's dispatcher, at some points in some slots; prints the hash that the regulator confirms",
        example:
            'commonwatt force-majeure declare storm-7 --carrier electricity --points bld-05,bld-12 ' +
            '--from 2016-07-20T10:00Z --until 2016-07-20T12:00Z --evidence report.pdf --reason lightningStroke ' +
            '--org operator --as dispatcher-1',
        mode: 'submit',
    })
        .argument('<id>', 'id of the declaration')
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .requiredOption('--points <ids>', 'metering points that were struck, separated by commas')
        .requiredOption('--from <slot>', 'first slot: index or UTC time of its beginning')
        .requiredOption('--until <slot>', 'first slot that was not struck any more, within a day')
        .requiredOption('--evidence <file>', 'what proves it; only its SHA-256 goes to the ledger')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<Options>(verb, async (session, options, [declarationId = '']) => {
        const statement = {
            declarationId,
            carrier: options.carrier,
            pointIds: options.points.split(','),
            fromSlot: await session.slot(options.from),
            untilSlot: await session.slot(options.until),
            evidenceHash: await sha256OfFile(options.evidence),
            reasonCode: options.reason,
        };
        const done = await (await session.market()).forceMajeure.declare(statement);
        const factHash = forceMajeureHashOf(statement);
        const what = `Declared ${declarationId} at ${options.points}; to be confirmed as ${factHash}`;
        session.printCommitted({ ...done, factHash }, what);
    });
}
