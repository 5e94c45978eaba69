import type { MeterExchange } from '@commonwatt/chaincode/domain/meter-exchange';
import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { MeterKeyFile } from '../../meter-key-file.js';
import type { Session } from '../session.js';
import { energyOption } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { addVolumeOptions, type VolumeOptions, volumeOf } from '../volume.js';
import { openOrCreate } from './key.js';

type Options = VolumeOptions &
    Readonly<{
        slot: string;
        oldKey: string;
        import: EnergyWh;
        export: EnergyWh;
        newKey: string;
        newId?: string;
        newImport: EnergyWh;
        newExport: EnergyWh;
        newImportLitres: number;
        newExportLitres: number;
        newCalorific?: number;
    }>;

export function registerExchange(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'exchange',
        summary: 'install another meter at a point; the old one signs where it ends, the new one where it begins',
        example:
            'commonwatt meter exchange mp-bld-12 --slot 2016-07-20T11:00Z --old-key bld-12.meter.json --import 81230 ' +
            '--new-key bld-12-new.meter.json --new-id meter-bld-12-b --org operator --as metering-1',
        mode: 'submit',
    })
        .argument('<point>', 'id of the metering point')
        .requiredOption('--slot <slot>', 'slot within which the meter is exchanged: index or UTC time of its beginning')
        .requiredOption('--old-key <file>', "file of the old meter's key")
        .addOption(energyOption('--import <wh>', 'import register of the old meter when it is taken out, Wh'))
        .addOption(energyOption('--export <wh>', 'export register of the old meter when it is taken out, Wh'))
        .requiredOption('--new-key <file>', "file of the new meter's key, created when absent")
        .option('--new-id <id>', 'id of a new meter (default: <old id>-b)')
        .addOption(energyOption('--new-import <wh>', 'import register of the new meter when it is installed, Wh'))
        .addOption(energyOption('--new-export <wh>', 'export register of the new meter when it is installed, Wh'));
    addVolumeOptions(verb);
    addVolumeOptions(verb, 'new-');
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const command = await commandOf(session, options, pointId);
        const done = await (await session.market()).meters.exchange(command);
        session.printCommitted(done, `Exchanged ${command.oldMeterId} of ${pointId} for ${command.meter.meterId}`);
    });
}

async function commandOf(session: Session, options: Options, pointId: string): Promise<MeterExchange> {
    const slot = await session.slot(options.slot);
    const scope = (await session.market()).ledger.scope('exchange');
    const oldMeter = await MeterKeyFile.open(options.oldKey);
    const newMeter = await openOrCreate(options.newKey, pointId, options.newId ?? `${oldMeter.meterId}-b`);
    const closing = await oldMeter.signer(scope).closing(slot - 1, {
        importWh: options.import,
        exportWh: options.export,
        volume: volumeOf(options),
    });
    const opening = await newMeter.signer(scope).baseline(slot, {
        importWh: options.newImport,
        exportWh: options.newExport,
        volume: volumeOf({
            importLitres: options.newImportLitres,
            exportLitres: options.newExportLitres,
            ...(options.newCalorific === undefined ? {} : { calorific: options.newCalorific }),
        }),
    });
    const meter = { meterId: newMeter.meterId, publicKey: newMeter.key.publicKey };
    return { pointId, oldMeterId: oldMeter.meterId, closing, opening, meter };
}
