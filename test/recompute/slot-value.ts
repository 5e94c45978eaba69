import { type Shortage, takenBy } from './causes.js';
import { type HandedOver, handedOver, ownExchanges } from './exchanges.js';
import type { Crossing } from './incentives.js';
import { type Claim, claimsOf } from './liability.js';
import { type Lot, lotsOf, mirror, purchases, sales, spread, total } from './lots.js';
import type { Energies } from './meters.js';
import { most } from './share.js';
import { partedByProof, statedNet } from './stated.js';
import { type Agreement, type CarrierPrices, type Point, type Statement, whole } from './statement.js';
import { Waivers } from './waivers.js';

/** What a point accounts for in a run. */
export type Account = Crossing & { netExportWh: bigint };

/** What a slot of a carrier comes to, before anything is posted or drawn. */
export type SlotValue = {
    lots: Lot[];
    accounts: Account[];
    /** By agreement, in the order in which they are drawn. */
    claims: Map<Agreement, Claim[]>;
};

/** What runs need to know of the slot besides the agreements. */
export type SlotFacts = {
    carrier: string;
    slot: number;
    agreements: Agreement[];
    registers: Energies;
    /** What fell short of a leg of the same slot, as the latest run has it. */
    shortageOf: (agreement: Agreement, leg: number) => Shortage;
};

export function valueOf(statement: Statement, facts: SlotFacts): SlotValue {
    const { carrier, slot } = facts;
    const waivers = new Waivers(statement);
    const lots = facts.agreements.flatMap((agreement) => lotsOf(agreement, carrier, slot));
    for (const lot of lots) {
        lot.takenBy = takenBy(
            lot,
            (leg) => facts.shortageOf(lot.agreement, leg),
            (seller) => waivers.exempt(lot.agreement, lot.leg, seller, slot),
        );
    }
    const points = statement.points.filter((point) => point.carrier === carrier && point.fromSlot <= slot);
    const proven = partedByProof(lots, statement, slot);
    const accounts = carrier === 'mobility' ? mobility(statement, points, lots, facts) : grid(points, proven, facts);
    const claims = new Map<Agreement, Claim[]>();
    for (const lot of lots) {
        lot.heldBackWh = lot.agreement.takeOrPay && carrier !== 'mobility' ? 0n : lot.untakenWh;
        lot.deliveredWh = lot.agreedWh - most(lot.shortWh, lot.heldBackWh);
        const own = claimsOf(lot, (party) => waivers.exempt(lot.agreement, lot.leg, party, slot));
        claims.set(lot.agreement, [...(claims.get(lot.agreement) ?? []), ...own]);
    }
    return { lots, accounts, claims };
}

function grid(
    points: Point[],
    { stated, metered }: ReturnType<typeof partedByProof>,
    { registers, slot }: SlotFacts,
): Account[] {
    const exchanges = ownExchanges(points, registers, slot);
    return points.map((point): Account => {
        const agreed = total(sales(metered, point), 'agreedWh') - total(purchases(metered, point), 'agreedWh');
        const own = exchanges.find((exchange) => exchange.point === point);
        const settledWh = statedNet(stated, point);
        const netExportWh = own?.netExportWh ?? agreed + settledWh;
        spread(point, metered, netExportWh - settledWh);
        return { point, netExportWh, importWh: own?.importWh ?? 0n, exportWh: own?.exportWh ?? 0n };
    });
}

function mobility(statement: Statement, points: Point[], lots: Lot[], { registers, slot }: SlotFacts): Account[] {
    const chargePoints = statement.points.filter(
        ({ carrier, pointId, chargePointId }) => carrier === 'electricity' && chargePointId === pointId,
    );
    const handed: HandedOver[] = handedOver(points, chargePoints, registers, slot);
    for (const { vehicle, netExportWh } of handed) {
        mirror(vehicle, lots, netExportWh);
    }
    return points.map((point): Account => {
        const asVehicle = handed.find(({ vehicle }) => vehicle === point);
        const mirrored = handed.filter(({ station }) => station === point);
        const given = mirrored.reduce((sum, { netExportWh }) => sum - netExportWh, 0n);
        return { point, netExportWh: asVehicle?.netExportWh ?? given, importWh: 0n, exportWh: 0n };
    });
}

/** What an owner's points gain in a slot; a fee is asked of it. */
export type OwnerValue = { imbalanceNano: bigint; feeNano: bigint; feeCreditNano: bigint; subsidyNano: bigint };

/** Sums the points of each owner, owners in the order of their ids. */
export function byOwner(
    { lots, accounts }: SlotValue,
    incentives: { feeCreditNano: bigint; paidNano: bigint }[],
    prices: CarrierPrices,
): Map<string, OwnerValue> {
    const owners = new Map<string, OwnerValue>();
    for (const participantId of [...new Set(accounts.map(({ point }) => point.participantId))].sort()) {
        const sum: OwnerValue = { imbalanceNano: 0n, feeNano: 0n, feeCreditNano: 0n, subsidyNano: 0n };
        for (const [position, { point, netExportWh, importWh }] of accounts.entries()) {
            if (point.participantId === participantId) {
                const traded = total(sales(lots, point), 'deliveredWh') - total(purchases(lots, point), 'deliveredWh');
                const imbalance = netExportWh - traded;
                const { imbalanceShortMicroPerKwh: short, imbalanceLongMicroPerKwh: long } = prices;
                sum.imbalanceNano += imbalance * whole(imbalance < 0n ? short : long);
                sum.feeNano += importWh * whole(prices.networkFeeMicroPerKwh);
                sum.feeCreditNano += incentives[position]?.feeCreditNano ?? 0n;
                sum.subsidyNano += incentives[position]?.paidNano ?? 0n;
            }
        }
        owners.set(participantId, sum);
    }
    return owners;
}
