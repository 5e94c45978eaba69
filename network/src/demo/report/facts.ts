import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Findings } from '../findings.js';
import type { Origin } from './words.js';

/** What one leg delivered in one slot. */
export type Delivery = Readonly<{
    carrier: Carrier;
    slot: SlotIndex;
    agreementId: string;
    leg: Leg;
    origin: Origin;
    agreedWh: bigint;
    deliveredWh: bigint;
    paidNano: bigint;
    priceMicro: bigint;
}>;

/** What a point took in a slot that no agreement accounts for. */
export type Uncovered = Readonly<{ carrier: Carrier; slot: SlotIndex; wattHours: bigint }>;

/** The findings in the shape that the report's sections want. */
export class Facts {
    readonly findings: Findings;
    readonly participants: ReadonlyMap<string, Participant>;
    readonly points: ReadonlyMap<string, MeteringPoint>;
    readonly terms: ReadonlyMap<string, Terms>;
    /** Carriers on which anything moved, in the order of conversion. */
    readonly carriers: readonly Carrier[];
    readonly deliveries: readonly Delivery[];
    readonly uncovered: readonly Uncovered[];

    constructor(findings: Findings) {
        this.findings = findings;
        this.participants = new Map(findings.participants.map((each) => [each.participantId, each]));
        this.points = new Map(findings.points.map((point) => [point.pointId, point]));
        this.terms = new Map(findings.agreements.map(({ agreement }) => [agreement.agreementId, agreement.terms]));
        this.deliveries = findings.settlements.flatMap((settlement) => this.#deliveriesIn(settlement));
        this.uncovered = findings.settlements.flatMap(({ carrier, slot, points }) =>
            points
                .filter(({ imbalanceWh, meteredWh }) => imbalanceWh < 0n && meteredWh < 0n)
                .map(({ imbalanceWh }) => ({ carrier, slot, wattHours: -BigInt(imbalanceWh) })),
        );
        this.carriers = CARRIERS.filter((carrier) => findings.points.some((point) => point.carrier === carrier));
    }

    get currency(): string {
        return this.findings.charter.currency;
    }

    #deliveriesIn({ carrier, slot, legs }: Findings['settlements'][number]): Delivery[] {
        return legs.flatMap(({ agreementId, leg: position, agreedWh, deliveredWh, paymentNano }) => {
            const terms = this.terms.get(agreementId);
            const leg = terms?.legs[position];
            if (terms === undefined || leg === undefined) {
                return [];
            }
            const priceMicro = leg.priceMicroPerKwh[slot - terms.firstSlot] ?? 0n;
            const origin = this.#originOf(leg);
            return [
                { carrier, slot, agreementId, leg, origin, agreedWh, deliveredWh, paidNano: paymentNano, priceMicro },
            ];
        });
    }

    #originOf({ sellerId, sellerPoint }: Leg): Origin {
        if ((this.points.get(sellerPoint)?.storageEfficiencyBp ?? null) !== null) {
            return 'storage';
        }
        switch (this.participants.get(sellerId)?.kind) {
            case 'plant':
                return 'plant';
            case 'chargingOperator':
                return 'charging';
            case 'energySeller':
                return 'seller';
            default:
                return 'neighbour';
        }
    }
}

export const sum = (values: Iterable<bigint>): bigint => {
    let total = 0n;
    for (const value of values) {
        total += value;
    }
    return total;
};
