import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import type { Command } from 'commander';
import { writeDocument } from '../document-file.js';
import { SourceKeyFile } from '../source/key-file.js';
import { count, energy } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ key: string; leg: number; slot: string; delivered: EnergyWh; number: number; out: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary: 'sign as a source what was delivered under a leg of an agreement in a slot',
        example:
            'commonwatt statement sign 3f0c…e1 --key weighbridge-1.json --slot 2016-07-20T09:00Z --delivered 139500000 ' +
            '--out receipt.json --org supplier',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement')
        .requiredOption('--key <file>', "file of the source's key")
        .option('--leg <number>', 'leg of the agreement, counted from 0', count, 0)
        .requiredOption('--slot <slot>', 'slot of the delivery: index or UTC time of its beginning')
        .requiredOption('--delivered <wh>', 'what was delivered, whole Wh', energy)
        .option('--number <n>', 'number of the version: one more than that of what it corrects', count, 1)
        .requiredOption('--out <file>', 'where to write the signed statement');
    onRun<Options>(verb, async (session, options, [agreementId = '']) => {
        const { channel, chaincodes } = await session.profile();
        const source = await SourceKeyFile.open(options.key);
        const signer = source.signer({ channel, chaincode: chaincodes.exchange });
        const slot = await session.slot(options.slot);
        const { leg, delivered: deliveredWh, number: version } = options;
        const signed = await signer.state({ agreementId, leg, slot, deliveredWh, version });
        await writeDocument(options.out, signedDeliveryCodec, signed);
        const slots = await session.slotNames();
        session.print({ ...signed, file: options.out }, [
            `${source.sourceId} states ${String(options.delivered)} Wh of leg ${String(options.leg)} in slot ${slots.one(slot)}.`,
        ]);
    });
}
