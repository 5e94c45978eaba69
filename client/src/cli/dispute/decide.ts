import type { CheckMeter, Replacement } from '@commonwatt/chaincode/domain/dispute';
import { type EnergyWh, minus } from '@commonwatt/chaincode/domain/units';
import { signedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import type { Command } from 'commander';
import type { Ruling } from '../../dispute-client.js';
import { InvalidError } from '../../errors.js';
import { MeterKeyFile } from '../../meter-key-file.js';
import { readDocument } from '../document-file.js';
import { energyOption, oneOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { wordsOf } from './describe.js';
import { addRef, disputeOf, type RefOptions } from './ref.js';

type Options = RefOptions &
    Readonly<{
        reason: string;
        replace?: Replacement['kind'];
        import: EnergyWh;
        export: EnergyWh;
        checkMeter?: string;
        before?: string;
        after?: string;
    }>;

export function registerDecide(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'decide',
        summary: 'decide a dispute as the metering seat: what replaces the reading, or that it stands',
        example:
            'commonwatt dispute decide bld-05 --slot 2016-07-20T11:00Z --by bld-04 --replace energy --export 310 ' +
            '--reason meterDefect --org operator --as metering',
        mode: 'submit',
    });
    addRef(verb)
        .requiredOption('--reason <code>', 'reason code in camelCase')
        .option(
            '--replace <kind>',
            '`registers` at the end of the slot, or `energy` of the slot; without it the reading stands',
            oneOf<Replacement['kind']>(['registers', 'energy']),
        )
        .addOption(energyOption('--import <wh>', 'what replaces the import, whole Wh'))
        .addOption(energyOption('--export <wh>', 'what replaces the export, whole Wh'))
        .option('--check-meter <file>', "file of a check meter's key; its two readings tell the energy")
        .option('--before <file>', "the check meter's signed reading when the slot began")
        .option('--after <file>', "the check meter's signed reading when the slot ended");
    onRun<Options>(verb, async (session, options, [pointId = '']) => {
        const dispute = await disputeOf(session, options, pointId);
        const done = await (await session.market()).disputes.decide(dispute, await rulingOf(options));
        const statement = done.value.decision?.statement;
        session.printCommitted(done, `Decided: ${statement === undefined ? '' : wordsOf(statement)}`);
    });
}

async function rulingOf(options: Options): Promise<Ruling> {
    const { replace, reason: reasonCode } = options;
    const { import: importWh, export: exportWh } = options;
    if (options.checkMeter !== undefined) {
        const checkMeter = await checkMeterOf(options.checkMeter, options);
        const [before, after] = [checkMeter.before.reading, checkMeter.after.reading];
        const replacement: Replacement = {
            kind: 'energy',
            importWh: minus(after.importWh, before.importWh),
            exportWh: minus(after.exportWh, before.exportWh),
        };
        return { replacement, checkMeter, reasonCode };
    }
    const replacement = replace === undefined ? null : { kind: replace, importWh, exportWh };
    return { replacement, checkMeter: null, reasonCode };
}

async function checkMeterOf(file: string, { before, after }: Options): Promise<CheckMeter> {
    if (before === undefined || after === undefined) {
        throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--before and --after' } });
    }
    const { meterId, key } = await MeterKeyFile.open(file);
    return {
        meterId,
        publicKey: key.publicKey,
        before: await readDocument(before, signedReadingCodec),
        after: await readDocument(after, signedReadingCodec),
    };
}
