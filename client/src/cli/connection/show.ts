import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Flows, Loading } from '@commonwatt/chaincode/domain/loading';
import { energyOfPower } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { table } from '../output.js';
import type { SlotNames } from '../slot-names.js';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; slot?: string }>;

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the limits of a connection, how they came to be, and what is in force there',
        example: 'commonwatt connection show bus-18 --carrier electricity --slot 2016-07-20T09:00Z --org community',
        mode: 'read',
    })
        .argument('<connection>', 'connection point')
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .option('--slot <slot>', 'show the loaded slots around this one (default: the next): index or UTC time');
    onRun<Options>(verb, async (session, options, [connectionPoint = '']) => {
        const { connections, charter, clock } = await session.market();
        const connection = await connections.show(options.carrier, connectionPoint);
        const history = await connections.history(options.carrier, connectionPoint);
        const { firstSlot, slotMinutes } = await charter.show();
        const slot = options.slot === undefined ? await clock.firstToCome(firstSlot) : await session.slot(options.slot);
        const loading = await connections.loading(options.carrier, connectionPoint, slot);
        const { importMaxW, exportMaxW } = connection.statement;
        const limits = {
            importWh: energyOfPower(importMaxW, slotMinutes),
            exportWh: energyOfPower(exportMaxW, slotMinutes),
        };
        session.print({ connection, history, loading }, [
            `Connection ${connectionPoint} of ${options.carrier}: takes ${String(importMaxW)} W, ` +
                `feeds in ${String(exportMaxW)} W at most`,
            ...history.map(({ timestampMs, connection: { statement } }) => {
                const { sequence, reasonCode } = statement;
                const limits = `${String(statement.importMaxW)} W in, ${String(statement.exportMaxW)} W out`;
                return `  ${new Date(timestampMs).toISOString()}  statement ${String(sequence)}: ${limits} (${reasonCode})`;
            }),
            ...loadedSlots(loading, limits, await session.slotNames()),
        ]);
    });
}

function loadedSlots(loading: Loading, limits: Flows, slots: SlotNames): string[] {
    const rows = loading.flows.flatMap(({ importWh, exportWh }, offset) => {
        const isLoaded = importWh > 0n || exportWh > 0n;
        const row = [
            slots.one(loading.firstSlot + offset),
            of(importWh, limits.importWh),
            of(exportWh, limits.exportWh),
        ];
        return isLoaded ? [row] : [];
    });
    return rows.length === 0 ? ['  nothing is in force'] : table([['SLOT', 'IMPORT', 'EXPORT'], ...rows]);
}

const of = (energyWh: bigint, limitWh: bigint): string => `${String(energyWh)} of ${String(limitWh)} Wh`;
