import type { MeterExchange } from '@commonwatt/chaincode/domain/meter-exchange';
import type { EnergyWh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { MeterKeyFile } from '../../meter-key-file.js';
import type { Session } from '../session.js';
import { energyOption } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { addVolumeOptions, type VolumeOptions, volumeOf } from '../volume.js';
import { InvalidError } from '../../errors.js';
import { readOwnerConsent } from './files.js';
import { openOrCreate } from './key.js';

type Options = VolumeOptions &
    Readonly<{
        slot: string;
        oldKey?: string;
        oldId?: string;
        consent?: string;
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
            '--new-key bld-12-new.meter.json --new-id meter-bld-12-b --consent exchange-bld-12.json --org operator --as metering-1',
        mode: 'submit',
    })
        .argument('<point>', 'id of the metering point')
        .requiredOption('--slot <slot>', 'slot within which the meter is exchanged: index or UTC time of its beginning')
        .option('--old-key <file>', "file of the old meter's key, with which it signs where it closes")
        .option('--old-id <id>', 'in place of --old-key: id of a dead meter; where it closes is estimated')
        .option(
            '--consent <file>',
            "file of the owner's signature; without it the regulator has confirmed the exchange",
        )
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
    const oldMeter = options.oldKey === undefined ? null : await MeterKeyFile.open(options.oldKey);
    const oldMeterId = oldMeter?.meterId ?? options.oldId;
    if (oldMeterId === undefined) {
        throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--old-key or --old-id' } });
    }
    const newMeter = await openOrCreate(options.newKey, pointId, options.newId ?? `${oldMeterId}-b`);
    const shown = { importWh: options.import, exportWh: options.export, volume: volumeOf(options) };
    const closing = oldMeter === null ? null : await oldMeter.signer(scope).closing(slot - 1, shown);
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
    const consent = options.consent === undefined ? null : await readOwnerConsent(options.consent);
    return { pointId, oldMeterId, closing, opening, meter, consent };
}
