import type { Posting } from './book.js';
import { Market } from './market.js';
import type { State } from './meters.js';
import { Registers } from './registers.js';
import type { Agreement, CarrierPrices, Leg, Point, Source, Statement, Step } from './statement.js';

export const SLOT = 1_000;
const METER: Source = { columns: [], factor: ['1', '1'], simulatedWh: [] };

/** What a meter counted in each slot from `SLOT` on; a gas meter in litres, too. */
export type Counted = Readonly<Partial<State>>;

export const prices = (changes: Partial<CarrierPrices> = {}): CarrierPrices => ({
    imbalanceShortMicroPerKwh: '150000',
    imbalanceLongMicroPerKwh: '50000',
    networkFeeMicroPerKwh: '20000',
    subsidyMicroPerKwh: '0',
    ...changes,
});

export function point(pointId: string, carrier: string, changes: Partial<Point> = {}): Point {
    const [participantId = ''] = pointId.split('.');
    const plain = { parentPointId: null, chargePointId: null, storageEfficiencyBp: null, isRenewable: false };
    return { pointId, participantId, carrier, source: METER, fromSlot: SLOT, ...plain, ...changes };
}

export const leg = (carrier: string, from: string, to: string, energyWh: string, priceMicroPerKwh: string): Leg => ({
    carrier,
    sellerId: from.split('.')[0] ?? '',
    sellerPoint: from,
    buyerId: to.split('.')[0] ?? '',
    buyerPoint: to,
    energyWh: [energyWh],
    priceMicroPerKwh: [priceMicroPerKwh],
});

export function agreement(legs: Leg[], changes: Partial<Agreement> = {}): Agreement {
    const parties = [...new Set(legs.flatMap(({ sellerId, buyerId }) => [sellerId, buyerId]))];
    return {
        id: 'one',
        parties: parties.map((participantId) => ({ participantId, mspId: 'SomeMSP' })),
        legs,
        conversions: [],
        firstSlot: SLOT,
        slotCount: 1,
        endSlot: SLOT + 1,
        defaultRateMicroPerKwh: '100000',
        defaultCapNano: '45000000',
        toleranceBp: 200,
        takeOrPay: true,
        exemptions: [],
        funded: true,
        ...changes,
    };
}

/** Plays runs of one market; each meter counts what is given, slot by slot. */
export class Example {
    readonly #market: Market;

    constructor(
        parts: Pick<Statement, 'points'> & Partial<Statement>,
        counted: Readonly<Record<string, readonly Counted[]>>,
    ) {
        const statement: Statement = {
            scenario: { week: '', slots: [] },
            rules: { carriers: {}, haltGraceSlots: 0 },
            agreements: [],
            halts: [],
            gaps: [],
            deposits: [],
            covers: [],
            postings: [],
            sums: { byKind: {}, total: '0' },
            ...parts,
        };
        const state = ({ pointId }: Point, slot: number): State => {
            const before = (counted[pointId] ?? []).slice(0, slot - SLOT + 1);
            const register = (side: keyof State): bigint => before.reduce((sum, each) => sum + (each[side] ?? 0n), 0n);
            return {
                importWh: register('importWh'),
                exportWh: register('exportWh'),
                importLitres: register('importLitres'),
                exportLitres: register('exportLitres'),
            };
        };
        this.#market = new Market(statement, new Registers({ state }, statement.gaps, statement.calorificValues));
        this.#market.run();
    }

    get postings(): readonly Posting[] {
        return this.#market.book.postings;
    }

    /** What all postings of some kinds come to on an account. */
    sum(account: string, ...kinds: string[]): bigint {
        return this.postings
            .filter((posting) => posting.account === account && (kinds.length === 0 || kinds.includes(posting.kind)))
            .reduce((sum, { amountNano }) => sum + amountNano, 0n);
    }
}

export const runs = (...of: (readonly [carrier: string, slot: number])[]): Step[] =>
    of.map(([carrier, slot]) => ({ kind: 'run', carrier, slot }));
