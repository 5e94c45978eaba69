import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { conformityCodec } from '@commonwatt/chaincode/wire/conformity';
import { standardCodec } from '@commonwatt/chaincode/wire/standard';
import {
    ADMISSION,
    AGREEMENT,
    CONNECTION,
    COUNTED_POINT,
    EXECUTION,
    LOADING,
    METERING_POINT,
    type RecordType,
    SHARE,
} from '@commonwatt/chaincode/store/keys';
import type { StubMarket } from './stub-market.js';

/** Wh by point, side and slot: `anna-point import 1054`. */
export type Sums = ReadonlyMap<string, bigint>;

/** Records that were read before: most stay as they are from step to step. */
const decoded = new Map<string, unknown>();

function every<Value>(
    market: StubMarket,
    chaincode: 'exchange' | 'supervision',
    name: string,
    codec: Codec<Value>,
): Value[] {
    return market.ledger.range(chaincode, `${name}/`, `${name}0`).map(([, { value }]) => {
        const text = value.toString('utf8');
        const known = (decoded.get(`${name} ${text}`) ?? codec.decode(text)) as Value;
        decoded.set(`${name} ${text}`, known);
        return known;
    });
}

export const all = <Value>(market: StubMarket, { name, codec }: RecordType<Value>): Value[] =>
    every(market, 'exchange', name, codec);

const SIDES = { import: 'importWh', export: 'exportWh', sale: 'soldWh' } as const;

/** What the sums at points say; or, of the admissions, what they should say. */
export function admitted(market: StubMarket, from: 'sums' | 'admissions'): Sums {
    const loads = from === 'sums' ? all(market, LOADING) : all(market, ADMISSION).flatMap((each) => each.loads);
    const sums = new Map<string, bigint>();
    for (const load of loads) {
        for (const [side, column] of Object.entries(SIDES)) {
            for (const [offset, wh] of load[column].entries()) {
                const key = `${load.pointId} ${side} ${load.firstSlot + offset}`;
                sums.set(key, (sums.get(key) ?? 0n) + wh);
            }
        }
    }
    return new Map([...sums].filter(([, wh]) => wh !== 0n));
}

/** What the agreements themselves say is in force, from their own records. */
export function inForce(market: StubMarket): Sums {
    const sums = new Map<string, bigint>();
    const points = new Map(all(market, METERING_POINT).map((point) => [point.pointId, point]));
    const executions = new Map(all(market, EXECUTION).map((execution) => [execution.agreementId, execution]));
    for (const { agreementId, terms } of all(market, AGREEMENT)) {
        const execution = executions.get(agreementId);
        const delivers = execution !== undefined && !['concluded', 'lapsed'].includes(execution.state);
        for (const { slot, wh, flows } of delivers ? terms.legs.flatMap((leg) => slotsOf(leg, terms, points)) : []) {
            for (const key of flows.map((flow) => `${flow} ${slot}`)) {
                sums.set(key, (sums.get(key) ?? 0n) + (slot < (execution?.endSlot ?? 0) ? wh : 0n));
            }
        }
    }
    return sums;
}

/** What a leg loads in each slot; what stays behind one connection loads the device alone. */
function slotsOf(
    { sellerPoint, buyerPoint, energyWh }: Leg,
    { firstSlot }: Terms,
    points: ReadonlyMap<string, MeteringPoint>,
): { slot: number; wh: bigint; flows: string[] }[] {
    const [seller, buyer] = [points.get(sellerPoint), points.get(buyerPoint)];
    const isApart = seller?.connectionPoint !== buyer?.connectionPoint;
    const flows = [
        ...(isApart ? [`${buyerPoint} import`, `${sellerPoint} export`] : []),
        ...(seller?.meter ? [`${sellerPoint} sale`] : []),
    ];
    return energyWh.map((wh, offset) => ({ slot: firstSlot + offset, wh, flows }));
}

/** Points whose sums are kept. */
export const countedPoints = (market: StubMarket): ReadonlySet<string> =>
    new Set(all(market, COUNTED_POINT).map(({ pointId }) => pointId));

/** Most Wh of a flow by the limits of now; `null` where nothing limits it. Quarters of an hour, one standard for devices. */
export function limitOf(market: StubMarket, flow: string, standardId: string): bigint | null {
    const [pointId = '', side = '', slot = ''] = flow.split(' ');
    return side === 'sale' ? ratingOf(market, pointId, Number(slot), standardId) : shareOf(market, pointId, side);
}

function ratingOf(market: StubMarket, pointId: string, slot: number, standardId: string): bigint | null {
    const standards = every(market, 'supervision', 'standard', standardCodec);
    const standard = standards.find(({ statement }) => statement.standardId === standardId)?.statement;
    const certificates = every(market, 'supervision', 'conformity', conformityCodec);
    const held = certificates.find(({ statement }) => statement.pointId === pointId)?.statement;
    return standard !== undefined && slot >= standard.fromSlot ? (held?.ratedW ?? 0n) / 4n : null;
}

function shareOf(market: StubMarket, pointId: string, side: string): bigint | null {
    const at = all(market, METERING_POINT).find((each) => each.pointId === pointId)?.connectionPoint;
    const connection = all(market, CONNECTION).find(({ statement }) => statement.connectionPoint === at);
    if (connection === undefined) {
        return null;
    }
    const share = all(market, SHARE).find((each) => each.pointId === pointId && each.connectionPoint === at);
    const [own = 0n, shared, max] =
        side === 'import'
            ? [share?.importMaxW, connection.importSharedW, connection.statement.importMaxW]
            : [share?.exportMaxW, connection.exportSharedW, connection.statement.exportMaxW];
    return (shared > max ? (own * max) / shared : own) / 4n;
}
