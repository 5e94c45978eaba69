import { isDeepStrictEqual } from 'node:util';
import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { sourceOf } from '@commonwatt/chaincode/domain/source';
import { larger, must, smaller, sum } from './broken.js';
import type { Tally } from './tally.js';
import { isStation } from './world.js';

/** Holds what is true of every run, from the agreements as they stood. */
export class SettlementWatch {
    readonly #tally: Tally;
    readonly #agreements: ReadonlyMap<string, Agreement>;
    readonly #executions: ReadonlyMap<string, Execution>;
    readonly #drawnNano = new Map<string, bigint>();

    constructor(tally: Tally, agreements: ReadonlyMap<string, Agreement>, executions: ReadonlyMap<string, Execution>) {
        this.#tally = tally;
        this.#agreements = agreements;
        this.#executions = executions;
    }

    check(settlement: Settlement): void {
        const { carrier, slot, legs, points } = settlement;
        this.#tally.saw('slots settled');
        this.#checkComplete(settlement);
        const metered = sum(points.map((point) => point.meteredWh));
        const imbalance = sum(points.map((point) => point.imbalanceWh));
        must(metered === imbalance, 'energy closes', { carrier, slot, metered, imbalance });
        for (const result of legs) {
            this.#checkLeg(settlement, result);
        }
        for (const point of points) {
            this.#checkPoint(settlement, point);
            this.#tally.saw(`results ${point.quality}`);
        }
        this.#checkCaps(settlement);
    }

    #checkLeg({ carrier, slot }: Settlement, result: Settlement['legs'][number]): void {
        const { terms } = this.#found(result.agreementId);
        const agreed = terms.legs[result.leg]?.energyWh[slot - terms.firstSlot];
        const price = terms.legs[result.leg]?.priceMicroPerKwh[slot - terms.firstSlot] ?? 0n;
        // One meter counts both sides of mobility: what is not handed over there is owed by nobody.
        const excused = terms.takeOrPay && carrier !== 'mobility' ? 0n : result.untakenWh;
        must(carrier !== 'mobility' || result.shortWh === result.untakenWh, 'stations mirror vehicles', { result });
        must(result.agreedWh === agreed, 'a leg settles what was agreed', { slot, result });
        const delivered = agreed - larger(result.shortWh, excused);
        must(result.deliveredWh === delivered && delivered >= 0n, 'd = q − max(s, u′)', { slot, result });
        must(result.paymentNano === delivered * price, 'a leg pays its price', { slot, result });
        for (const { causeLeg, claimedNano, drawnNano, liableId, payeeId } of result.defaults) {
            must(drawnNano <= claimedNano && liableId !== payeeId, 'a default amount is owed', { slot, result });
            this.#tally.saw('default amounts passed on', causeLeg === result.leg ? 0 : 1);
        }
    }

    /** A run leaves out no agreement in force, and takes in no other. */
    #checkComplete({ carrier, slot, legs }: Settlement): void {
        const expected = [...this.#executions.values()].flatMap(({ agreementId, state, endSlot }) => {
            const { terms } = this.#found(agreementId);
            const delivers = ['inForce', 'windingDown'].includes(state) || FINAL_STATES.slice(0, 2).includes(state);
            const inTime = slot >= terms.firstSlot && slot < endSlot;
            return delivers && inTime
                ? terms.legs.flatMap((leg, index) => (leg.carrier === carrier ? [`${agreementId} ${index}`] : []))
                : [];
        });
        const settled = legs.map(({ agreementId, leg }) => `${agreementId} ${leg}`);
        must(isDeepStrictEqual(settled.sort(), expected.sort()), 'every leg is settled once', { carrier, slot });
    }

    #checkPoint({ slot, legs }: Settlement, point: Settlement['points'][number]): void {
        const side = (
            results: Settlement['legs'],
            of: 'sellerPoint' | 'buyerPoint',
            what: 'agreedWh' | 'deliveredWh' | 'shortWh' | 'untakenWh',
        ): bigint =>
            sum(
                results
                    .filter(({ agreementId, leg }) => this.#found(agreementId).terms.legs[leg]?.[of] === point.pointId)
                    .map((result) => result[what]),
            );
        const [metered, stated] = partedByProof(legs, (id) => this.#found(id));
        const [sold, bought] = [side(metered, 'sellerPoint', 'agreedWh'), side(metered, 'buyerPoint', 'agreedWh')];
        const statedNet = side(stated, 'sellerPoint', 'deliveredWh') - side(stated, 'buyerPoint', 'deliveredWh');
        const facts = { slot, pointId: point.pointId };
        must(point.contractedWh === sold - bought + statedNet, 'N = Σ sold − Σ bought, and D', facts);
        const traded = side(legs, 'sellerPoint', 'deliveredWh') - side(legs, 'buyerPoint', 'deliveredWh');
        must(point.imbalanceWh === point.meteredWh - traded, 'imbalance = M − Σ d', facts);
        if (isStation(point.pointId)) {
            return;
        }
        const deviation = point.meteredWh - point.contractedWh;
        const short = smaller(sold, larger(0n, -deviation));
        const untaken = smaller(bought, larger(0n, deviation));
        must(side(metered, 'sellerPoint', 'shortWh') === short, 'S is spread over what was sold', facts);
        must(side(metered, 'buyerPoint', 'untakenWh') === untaken, 'U is spread over what was bought', facts);
    }

    #checkCaps({ postings }: Settlement): void {
        const caps = new Map<string, bigint>();
        for (const { kind, account, agreementId, amountNano } of postings) {
            if (kind === 'default' && agreementId !== null && account.startsWith('escrow/')) {
                // A correction may give back what was drawn, for one slot or another.
                this.#drawnNano.set(account, (this.#drawnNano.get(account) ?? 0n) - amountNano);
                caps.set(account, this.#found(agreementId).terms.defaultCapNano);
            }
        }
        for (const [account, cap] of caps) {
            const drawn = this.#drawnNano.get(account) ?? 0n;
            must(drawn <= cap, 'a party pays at most its cap', { account, drawn, cap });
            this.#tally.saw(drawn === cap ? 'default amounts that reach the cap' : 'default amounts below the cap');
        }
    }

    #found(agreementId: string): Agreement {
        const agreement = this.#agreements.get(agreementId);
        must(agreement !== undefined, 'an agreement is known before it moves money', { agreementId });
        return agreement;
    }
}

/** Results of legs that meters verify, and of those that sources do. */
function partedByProof(
    legs: Settlement['legs'],
    agreementOf: (agreementId: string) => Agreement,
): readonly [Settlement['legs'], Settlement['legs']] {
    const isMetered = ({ agreementId }: Settlement['legs'][number]): boolean =>
        sourceOf(agreementOf(agreementId).terms) === null;
    return [legs.filter(isMetered), legs.filter((leg) => !isMetered(leg))];
}
