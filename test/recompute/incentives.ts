import { least, most, share } from './share.js';
import { type CarrierPrices, type Point, whole } from './statement.js';

/** What a point took from the network and gave to it in a slot. */
export type Crossing = { point: Point; importWh: bigint; exportWh: bigint };
/** What a point gains besides its imbalance; below zero it gives back. Of what is due only what the fund has is paid. */
export type Incentive = { feeCreditNano: bigint; dueNano: bigint; paidNano: bigint };

type Storage = { chargedWh: bigint; creditedWh: bigint };

/** Storages that get the network fee back for what they return, and funds that subsidise what is renewable. */
export class Incentives {
    /** Accounts that initial runs keep. */
    readonly #storages = new Map<string, Storage>();
    /** What the latest run of each slot has left in an account. */
    readonly #latest = new Map<string, Storage>();
    readonly #fundsNano = new Map<string, bigint>();

    /** Money arrives in a carrier's fund. */
    raise(carrier: string, nano: bigint): void {
        this.#fundsNano.set(carrier, (this.#fundsNano.get(carrier) ?? 0n) + nano);
    }

    /** What an initial run pays, in the order of the crossings. */
    settle(carrier: string, slot: number, crossings: Crossing[], prices: CarrierPrices): Incentive[] {
        const due = crossings.map((crossing) => {
            const { pointId } = crossing.point;
            const before = this.#storages.get(pointId);
            const returned = this.#returned(crossing, slot, before);
            const after = this.#latest.get(placeOf(pointId, slot));
            if (after !== undefined) {
                this.#storages.set(pointId, after);
            }
            return incentiveOf(crossing, returned, prices);
        });
        const paid = this.#payOut(
            carrier,
            crossings,
            due.map(({ dueNano }) => dueNano),
        );
        return due.map((incentive, position) => ({ ...incentive, paidNano: paid[position] ?? 0n }));
    }

    /** What it comes to in a correction: more is paid as far as the fund goes now, less is what is due now. */
    correct(
        carrier: string,
        slot: number,
        crossings: Crossing[],
        prices: CarrierPrices,
        before: Incentive[],
    ): Incentive[] {
        const now = crossings.map((crossing) => {
            const left = this.#latest.get(placeOf(crossing.point.pointId, slot - 1));
            return incentiveOf(crossing, this.#returned(crossing, slot, left), prices);
        });
        const was = (position: number): Incentive =>
            before[position] ?? { feeCreditNano: 0n, dueNano: 0n, paidNano: 0n };
        const changes = now.map(({ dueNano }, position) => {
            const { dueNano: dueBefore, paidNano } = was(position);
            return dueNano >= dueBefore ? dueNano - dueBefore : least(paidNano, dueNano) - paidNano;
        });
        const paid = this.#payOut(carrier, crossings, changes);
        return now.map((incentive, position) => ({
            ...incentive,
            paidNano: was(position).paidNano + (paid[position] ?? 0n),
        }));
    }

    /** What of a storage's export is credited, within its efficiency of all that it took; `null` where nothing is stored. */
    #returned({ point, importWh, exportWh }: Crossing, slot: number, account: Storage | undefined): bigint | null {
        const { pointId, source, storageEfficiencyBp } = point;
        if (source === null || storageEfficiencyBp === null) {
            return null;
        }
        const before = account ?? { chargedWh: 0n, creditedWh: 0n };
        const chargedWh = before.chargedWh + importWh;
        const capWh = (most(0n, chargedWh) * whole(storageEfficiencyBp)) / 10_000n;
        const credited = most(-before.creditedWh, least(exportWh, capWh - before.creditedWh));
        this.#latest.set(placeOf(pointId, slot), { chargedWh, creditedWh: before.creditedWh + credited });
        return credited;
    }

    /** What is given back fills the fund first; what is due is paid as far as the fund goes. */
    #payOut(carrier: string, crossings: Crossing[], due: bigint[]): bigint[] {
        const sum = (values: bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
        const positive = due.map((nano) => most(0n, nano));
        const fund = (this.#fundsNano.get(carrier) ?? 0n) - sum(due.map((nano) => least(0n, nano)));
        const byId = [...crossings.keys()].sort((left, right) =>
            (crossings[left]?.point.pointId ?? '') < (crossings[right]?.point.pointId ?? '') ? -1 : 1,
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

const placeOf = (pointId: string, slot: number): string => `${pointId} ${String(slot)}`;

function incentiveOf({ point, exportWh }: Crossing, returned: bigint | null, prices: CarrierPrices): Incentive {
    const { networkFeeMicroPerKwh: fee, subsidyMicroPerKwh: subsidy } = prices;
    const dueNano = point.isRenewable ? (returned ?? exportWh) * whole(subsidy) : 0n;
    return { feeCreditNano: (returned ?? 0n) * whole(fee), dueNano, paidNano: 0n };
}
