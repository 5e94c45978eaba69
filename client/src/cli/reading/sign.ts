import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import { signedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import type { Command } from 'commander';
import { MeterKeyFile } from '../../meter-key-file.js';
import { writeDocument } from '../document-file.js';
import { energyOption } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { addVolumeOptions, type VolumeOptions, volumeOf } from '../volume.js';

type Options = VolumeOptions &
    Readonly<{ meterKey: string; slot: string; import: EnergyWh; export: EnergyWh; out: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary: "sign a meter's registers at the end of a slot; the meter's file counts the sequence",
        example:
            'commonwatt reading sign --meter-key bld-12.meter.json --slot 2016-07-20T09:00Z --import 1234500 ' +
            '--out reading.json --org community',
        mode: 'read',
    })
        .requiredOption('--meter-key <file>', "file of the meter's key")
        .requiredOption('--slot <slot>', 'slot at whose end the registers stood: index or UTC time of its beginning')
        .addOption(energyOption('--import <wh>', 'cumulative import register, whole Wh'))
        .addOption(energyOption('--export <wh>', 'cumulative export register, whole Wh'))
        .requiredOption('--out <file>', 'where to write the signed reading');
    addVolumeOptions(verb);
    onRun<Options>(verb, async (session, options) => {
        const { channel, chaincodes } = await session.profile();
        const meter = await MeterKeyFile.open(options.meterKey);
        const signer = meter.signer({ channel, chaincode: chaincodes.exchange });
        const registers = { importWh: options.import, exportWh: options.export, volume: volumeOf(options) };
        const signed = await signer.read(await session.slot(options.slot), registers);
        await writeDocument(options.out, signedReadingCodec, signed);
        const { sequence, slot } = signed.reading;
        session.print({ ...signed, file: options.out }, [
            `Signed reading ${String(sequence)} of ${meter.pointId} for slot ${String(slot)}.`,
        ]);
    });
}
