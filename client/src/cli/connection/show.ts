import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type ConnectionShare, shareLimits } from '@commonwatt/chaincode/domain/connection';
import { energyAt, type Loading } from '@commonwatt/chaincode/domain/loading';
import type { Command } from 'commander';
import { table } from '../output.js';
import type { SlotNames } from '../slot-names.js';
import { carrier } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ carrier: Carrier; slot?: string }>;

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary:
            'show the limits of a connection, how they came to be, whose it is, and what is admitted on each share',
        example: 'commonwatt connection show bus-18 --carrier electricity --slot 2016-07-20T09:00Z --org community',
        mode: 'read',
    })
        .argument('<connection>', 'connection point')
        .requiredOption('--carrier <carrier>', 'carrier', carrier)
        .option('--slot <slot>', 'show the loaded slots around this one (default: the next): index or UTC time');
    onRun<Options>(verb, async (session, options, [connectionPoint = '']) => {
        const { admissions, connections, charter, clock } = await session.market();
        const connection = await connections.show(options.carrier, connectionPoint);
        const history = await connections.history(options.carrier, connectionPoint);
        const { firstSlot, slotMinutes } = await charter.show();
        const slot = options.slot === undefined ? await clock.firstToCome(firstSlot) : await session.slot(options.slot);
        const shares: Share[] = [];
        for (const share of await connections.shares(options.carrier, connectionPoint)) {
            const loading = await admissions.loading(options.carrier, share.pointId, slot);
            shares.push({ ...share, loading, limits: shareLimits(connection, share, slotMinutes) });
        }
        const { importMaxW, exportMaxW } = connection.statement;
        const slots = await session.slotNames();
        session.print({ connection, history, shares }, [
            `Connection ${connectionPoint} of ${options.carrier}: takes ${String(importMaxW)} W, ` +
                `feeds in ${String(exportMaxW)} W at most`,
            ...history.map(({ timestampMs, connection: { statement } }) => {
                const { sequence, reasonCode } = statement;
                const limits = `${String(statement.importMaxW)} W in, ${String(statement.exportMaxW)} W out`;
                return `  ${new Date(timestampMs).toISOString()}  statement ${String(sequence)}: ${limits} (${reasonCode})`;
            }),
            ...shares.flatMap((share) => [
                `  ${share.pointId}: ${String(share.importMaxW)} W in, ${String(share.exportMaxW)} W out`,
                ...loadedSlots(share, slots),
            ]),
        ]);
    });
}

type Share = ConnectionShare & Readonly<{ loading: Loading; limits: ReturnType<typeof shareLimits> }>;

function loadedSlots({ loading, limits }: Share, slots: SlotNames): string[] {
    const rows = loading.importWh.flatMap((importWh, offset) => {
        const slot = loading.firstSlot + offset;
        const exportWh = energyAt(loading, 'exportWh', slot);
        const row = [slots.one(slot), of(importWh, limits.importWh), of(exportWh, limits.exportWh)];
        return importWh > 0n || exportWh > 0n ? [row] : [];
    });
    return rows.length === 0 ? ['    nothing is admitted'] : table([['SLOT', 'IMPORT', 'EXPORT'], ...rows]);
}

const of = (energyWh: bigint, limitWh: bigint): string => `${String(energyWh)} of ${String(limitWh)} Wh`;
