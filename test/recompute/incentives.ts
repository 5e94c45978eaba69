import { least, most, share } from './share.js';
import { type CarrierPrices, type Point, whole } from './statement.js';

/** What a point took from the network and gave to it in a slot. */
export type Crossing = { point: Point; importWh: bigint; exportWh: bigint };
/** What a point gains besides its imbalance; below zero it gives back. */
export type Incentive = { feeCreditNano: bigint; subsidyNano: bigint };

/** Storages that get the network fee back for what they return, and funds that subsidise what is renewable. */
export class Incentives {
    readonly #storages = new Map<string, { chargedWh: bigint; creditedWh: bigint }>();
    readonly #fundsNano = new Map<string, bigint>();

    /** Money arrives in a carrier's fund. */
    raise(carrier: string, nano: bigint): void {
        this.#fundsNano.set(carrier, (this.#fundsNano.get(carrier) ?? 0n) + nano);
    }

    /** In the order of the crossings. */
    settle(carrier: string, crossings: Crossing[], prices: CarrierPrices): Incentive[] {
        const returned = crossings.map((crossing) => this.#returned(crossing));
        const due = crossings.map(({ point, exportWh }, position) => {
            const wh = returned[position] ?? exportWh;
            return point.isRenewable ? wh * whole(prices.subsidyMicroPerKwh) : 0n;
        });
        const paid = this.#payOut(
            carrier,
            crossings.map(({ point }) => point),
            due,
        );
        return crossings.map((_, position) => ({
            feeCreditNano: (returned[position] ?? 0n) * whole(prices.networkFeeMicroPerKwh),
            subsidyNano: paid[position] ?? 0n,
        }));
    }

    /** What of a storage's export is credited, within its efficiency of all that it took; `null` where nothing is stored. */
    #returned({ point, importWh, exportWh }: Crossing): bigint | null {
        const { pointId, source, storageEfficiencyBp } = point;
        if (source === null || storageEfficiencyBp === null) {
            return null;
        }
        const before = this.#storages.get(pointId) ?? { chargedWh: 0n, creditedWh: 0n };
        const chargedWh = before.chargedWh + importWh;
        const capWh = (most(0n, chargedWh) * whole(storageEfficiencyBp)) / 10_000n;
        const credited = most(-before.creditedWh, least(exportWh, capWh - before.creditedWh));
        this.#storages.set(pointId, { chargedWh, creditedWh: before.creditedWh + credited });
        return credited;
    }

    /** What is given back fills the fund first; what is due is paid as far as the fund goes. */
    #payOut(carrier: string, points: Point[], due: bigint[]): bigint[] {
        const sum = (values: bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
        const positive = due.map((nano) => most(0n, nano));
        const fund = (this.#fundsNano.get(carrier) ?? 0n) - sum(due.map((nano) => least(0n, nano)));
        const byId = [...points.keys()].sort((left, right) =>
            (points[left]?.pointId ?? '') < (points[right]?.pointId ?? '') ? -1 : 1,
        );
        const parts = share(
            least(fund, sum(positive)),
            byId.map((position) => positive[position] ?? 0n),
        );
        const paid = due.map((nano) => least(0n, nano));
        byId.forEach((position, rank) => (paid[position] = (paid[position] ?? 0n) + (parts[rank] ?? 0n)));
        this.#fundsNano.set(carrier, fund - sum(parts));
        return paid;
    }
}
