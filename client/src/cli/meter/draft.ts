import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { MeteringPoint, PointTraits } from '@commonwatt/chaincode/domain/meter';
import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { type MeterDraft, writeMeterDraft } from './files.js';
import { openOrCreate } from './key.js';
import type { Session } from '../session.js';
import { carrier, count, energyOption } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { addVolumeOptions, type VolumeOptions, volumeOf } from '../volume.js';

type Options = VolumeOptions &
    Readonly<{
        out: string;
        participant: string;
        carrier: Carrier;
        connectionPoint: string;
        fromSlot: string;
        meterKey?: string;
        meterId?: string;
        import: EnergyWh;
        export: EnergyWh;
        parent?: string;
        chargePoint?: string;
        storageEfficiency?: number;
        renewable?: boolean;
    }>;

export function registerDraft(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'draft',
        summary:
            'write a metering point with its baseline to a file, for its owner to sign; without --meter-key a scheduled one',
        example:
            'commonwatt meter draft mp-bld-12 --participant bld-12 --carrier electricity --connection-point node-7 ' +
            '--from-slot 2016-07-20T09:00Z --meter-key bld-12.meter.json --out point.json --org operator',
        mode: 'read',
    })
        .argument('<point>', 'id of the metering point')
        .requiredOption('--out <file>', 'where to write the point')
        .requiredOption('--participant <id>', 'owner of the point')
        .requiredOption('--carrier <carrier>', 'electricity, heat, cooling, gas, mobility, coal or oil', carrier)
        .requiredOption('--connection-point <id>', "node of the carrier's network")
        .requiredOption('--from-slot <slot>', 'first slot that counts: index, or UTC time such as 2016-07-20T09:00Z')
        .option('--meter-key <file>', "file of the meter's key, created when absent")
        .option('--meter-id <id>', 'id of a new meter (default: meter-<point>)')
        .addOption(energyOption('--import <wh>', 'import register when the first slot begins, Wh'))
        .addOption(energyOption('--export <wh>', 'export register when the first slot begins, Wh'))
        .option('--parent <point>', 'the point whose meter measures this one too: a sub-meter is subtracted from it')
        .option(
            '--charge-point <point>',
            'the electricity point that meters a mobility point; itself, of a charge point',
        )
        .option('--storage-efficiency <bp>', 'what a storage gives back of 10000 parts', count)
        .option('--renewable', 'what it exports is generated from renewable sources');
    addVolumeOptions(verb);
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const draft = await draftOf(session, options, pointId);
        await writeMeterDraft(options.out, draft);
        session.print({ ...draft, file: options.out }, [
            `Drafted ${pointId} of ${options.participant} in ${options.out}`,
        ]);
    });
}

async function draftOf(session: Session, options: Options, pointId: string): Promise<MeterDraft> {
    const { participant: participantId, carrier, connectionPoint, meterKey } = options;
    const fromSlot = await session.slot(options.fromSlot);
    const traits: PointTraits = {
        parentPointId: options.parent ?? null,
        chargePointId: options.chargePoint ?? null,
        storageEfficiencyBp: options.storageEfficiency ?? null,
        isRenewable: options.renewable ?? false,
    };
    const point: MeteringPoint = { pointId, participantId, carrier, connectionPoint, fromSlot, meter: null, ...traits };
    if (meterKey === undefined) {
        return { point, baseline: null };
    }
    const file = await openOrCreate(meterKey, pointId, options.meterId ?? `meter-${pointId}`);
    const meter = { meterId: file.meterId, publicKey: file.key.publicKey };
    const signer = file.signer((await session.market()).ledger.scope('exchange'));
    const registers = { importWh: options.import, exportWh: options.export, volume: volumeOf(options) };
    const baseline = await signer.baseline(fromSlot, registers);
    return { point: { ...point, meter }, baseline };
}
