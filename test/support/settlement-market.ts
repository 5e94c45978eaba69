import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { amendExecution, checkAmendment } from '@commonwatt/chaincode/domain/amendment';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { claimsOf, type SlotClaims } from '@commonwatt/chaincode/domain/claims';
import type { FundedAgreement, MeteredPoint } from '@commonwatt/chaincode/domain/delivery';
import { type Execution, fundExecution, heldBy, openExecution, windDown } from '@commonwatt/chaincode/domain/escrow';
import type { RegisterState } from '@commonwatt/chaincode/domain/estimation';
import { type MeteringPoint, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import { type AccountName, netByAccount, ownerOfCover, type Posting } from '@commonwatt/chaincode/domain/posting';
import type { CarrierRules } from '@commonwatt/chaincode/domain/rules';
import { changedClaims, type ReconciliationOutcome, reconcileSlot } from '@commonwatt/chaincode/domain/reconciliation';
import { type Settlement, type SettlementInput, settleSlot, valueSlot } from '@commonwatt/chaincode/domain/settlement';
import type { Storage, StorageState } from '@commonwatt/chaincode/domain/storage-credit';
import { amountNano, type AmountNano, energyWh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { ELECTRICITY_RULES, RULES } from './sample-market.js';

/** Rules for markets whose slots may hold any energy. */
const WIDE_RULES = { electricity: { ...ELECTRICITY_RULES, slotEnergyMaxWh: energyWh(10n ** 12n) } };

type SettleOptions = Partial<Pick<SettlementInput, 'carrier' | 'halts' | 'struck' | 'statements'>> &
    Readonly<{ reversed?: boolean }>;

/** What a point took and gave in a slot; `null` for a point without a meter, `missing` for a meter that is silent. */
export type Metered =
    Readonly<{ importWh: bigint; exportWh: bigint; quality?: RegisterState['quality'] }> | 'missing' | null;

const participant = (participantId: string, mspId: string): Participant => ({
    participantId,
    kind: 'prosumer',
    sector: null,
    mspId,
    subjectHash: 'aa'.repeat(32),
    publicKey: '',
    beneficialOwnerMspId: null,
});

/**
 * Agreements in force and the money they move, without a ledger: what the contracts do between reading and writing,
 * carried on from slot to slot.
 */
export class SettlementMarket {
    readonly #terms = new Map<string, Terms>();
    readonly executions = new Map<string, Execution>();
    readonly #covers = new Map<Carrier, Map<string, AmountNano>>();
    /** Runs of each slot and carrier, the latest last. */
    readonly #runs = new Map<string, Settlement[]>();
    readonly claims = new Map<string, SlotClaims[]>();
    /** What each correction came to, in their order. */
    readonly corrections: ReconciliationOutcome[] = [];
    readonly participants = new Map<string, Participant>();
    /** Every posting since the market began, fundings included. */
    readonly postings: Posting[] = [];
    readonly storages = new Map<string, Storage>();
    /** Points that are more than plain ones. */
    traits: Readonly<Record<string, Partial<MeteringPoint>>> = {};
    rules: CarrierRules = ELECTRICITY_RULES;

    constructor(mspOf: (participantId: string) => string = () => 'CommunityMSP') {
        this.#mspOf = mspOf;
    }
    readonly #mspOf: (participantId: string) => string;

    /** Concludes and funds; `agreementId` decides the order of the legs. */
    agree(agreementId: string, terms: Terms): void {
        const agreement = { agreementId, termsHash: agreementId, terms, consents: [] };
        const { execution, postings } = openExecution(agreement);
        this.#terms.set(agreementId, terms);
        this.executions.set(agreementId, fundExecution(execution, null));
        this.postings.push(...postings);
        for (const { participantId } of terms.parties) {
            this.participants.set(participantId, participant(participantId, this.#mspOf(participantId)));
        }
    }

    /** Terminates: what would be delivered from the slot on is given back. */
    release(agreementId: string, fromSlot: SlotIndex): void {
        this.#end(agreementId, fromSlot, 'release');
    }

    /** Ends by common consent. */
    cancel(agreementId: string, fromSlot: SlotIndex): void {
        this.#end(agreementId, fromSlot, 'cancel');
    }

    /** Replaces the terms from the slot on, by a version that follows them. */
    amend(agreementId: string, next: Terms, fromSlot: SlotIndex): void {
        const execution = this.execution(agreementId);
        const { version, termsHash: previousHash } = execution;
        const terms = { ...next, version: version + 1, previousHash };
        const [before, after] = [this.terms(agreementId), terms].map((each) => ({
            agreementId,
            termsHash: each === terms ? termsHashOf(terms) : previousHash,
            terms: each,
            consents: [],
        }));
        checkAmendment(found(before), terms, fromSlot, { ...RULES, carriers: WIDE_RULES });
        const amended = amendExecution(execution, found(before), found(after), { fromSlot, standingId: null });
        this.#terms.set(agreementId, terms);
        this.executions.set(agreementId, amended.execution);
        this.postings.push(...amended.postings);
    }

    #end(agreementId: string, fromSlot: SlotIndex, verb: 'release' | 'cancel'): void {
        const terms = this.terms(agreementId);
        const { execution, postings } = windDown(this.execution(agreementId), terms, fromSlot, verb);
        this.executions.set(agreementId, execution);
        this.postings.push(...postings);
    }

    /** Settles a slot from what each point (named `<participant>.<anything>`) took and gave in it. */
    settle(slot: SlotIndex, metered: Readonly<Record<string, Metered>>, options: SettleOptions = {}): Settlement {
        const { carrier = 'electricity', halts = [], struck = [], statements = [], reversed = false } = options;
        const covers = this.coversOf(carrier);
        const points = Object.entries(metered).map(([pointId, energy]) =>
            pointIn(slot, carrier, { pointId, ...this.traits[pointId] }, energy),
        );
        const agreements = this.#delivering(carrier, slot);
        const outcome = settleSlot({
            carrier,
            slot,
            rules: this.rules,
            points: reversed ? points.reverse() : points,
            agreements: reversed ? agreements.reverse() : agreements,
            participants: this.participants,
            halts,
            upstream: this.#latestRuns(slot),
            struck,
            statements,
            calorific: null,
            covers,
            storages: this.storages,
            subsidyFundNano: amountNano(this.balance(`subsidy/${carrier}`)),
        });
        for (const execution of outcome.executions) {
            this.executions.set(execution.agreementId, execution);
        }
        for (const [participantId, balance] of outcome.covers) {
            covers.set(participantId, balance);
        }
        for (const storage of outcome.storages) {
            this.storages.set(storage.pointId, storage);
        }
        this.postings.push(...outcome.settlement.postings);
        this.#runs.set(`${carrier}/${slot}`, [outcome.settlement]);
        this.#keepClaims(claimsOf(outcome.settlement));
        return outcome.settlement;
    }

    /** Settles a slot once more, as if the points had taken and given this. */
    reconcile(
        slot: SlotIndex,
        metered: Readonly<Record<string, Metered>>,
        options: Omit<SettleOptions, 'reversed'> = {},
    ): Settlement {
        const { carrier = 'electricity', halts = [], struck = [], statements = [] } = options;
        const runs = this.#runs.get(`${carrier}/${slot}`) ?? [];
        const prior = found(runs.at(-1));
        const ids = [...new Set(prior.legs.map(({ agreementId }) => agreementId))];
        const valued = valueSlot({
            carrier,
            slot,
            rules: this.rules,
            points: Object.entries(metered).map(([pointId, energy]) =>
                pointIn(slot, carrier, { pointId, ...this.traits[pointId] }, energy),
            ),
            agreements: ids.map((agreementId) => ({ agreementId, terms: this.terms(agreementId) })),
            participants: this.participants,
            halts,
            upstream: this.#latestRuns(slot),
            struck,
            statements,
            calorific: null,
            storages: this.#storagesAfter(carrier, slot - 1),
        });
        const books = changedClaims(prior, valued).map((agreementId) => {
            const capNano = this.terms(agreementId).defaultCapNano;
            const claims = this.claims.get(agreementId) ?? [];
            return [agreementId, { execution: this.execution(agreementId), capNano, claims }] as const;
        });
        const standing = [...this.claims.values()].flat().filter((each) => each.slot === slot);
        const outcome = reconcileSlot({
            run: prior.run + 1,
            dueSlot: slot,
            prior,
            valued,
            subsidyFundNano: amountNano(this.balance(`subsidy/${carrier}`)),
            books: new Map(books),
            standing: new Map(
                standing.filter((each) => each.carrier === carrier).map((each) => [each.agreementId, each]),
            ),
        });
        this.corrections.push(outcome);
        for (const execution of outcome.executions) {
            this.executions.set(execution.agreementId, execution);
        }
        this.#keepClaims(outcome.claims);
        const covers = this.coversOf(carrier);
        for (const [account, changeNano] of netByAccount(outcome.settlement.postings)) {
            const participantId = ownerOfCover(account);
            if (participantId !== null) {
                covers.set(participantId, amountNano((covers.get(participantId) ?? 0n) + changeNano));
            }
        }
        this.postings.push(...outcome.settlement.postings);
        this.#runs.set(`${carrier}/${slot}`, [...runs, outcome.settlement]);
        return outcome.settlement;
    }

    #storagesAfter(carrier: Carrier, slot: SlotIndex): Map<string, StorageState> {
        const points = this.#runs.get(`${carrier}/${slot}`)?.at(-1)?.points ?? [];
        return new Map(points.flatMap(({ pointId, storage }) => (storage === null ? [] : [[pointId, storage]])));
    }

    #latestRuns(slot: SlotIndex): Settlement[] {
        return [...this.#runs.values()].flatMap((runs) => runs.slice(-1)).filter((each) => each.slot === slot);
    }

    #keepClaims(changed: readonly SlotClaims[]): void {
        for (const claims of changed) {
            const { agreementId, slot, carrier } = claims;
            const others = (this.claims.get(agreementId) ?? []).filter(
                (each) => each.slot !== slot || each.carrier !== carrier,
            );
            this.claims.set(agreementId, [...others, claims]);
        }
    }

    execution(agreementId: string): Execution {
        return found(this.executions.get(agreementId));
    }

    participant(participantId: string): Participant {
        return found(this.participants.get(participantId));
    }

    terms(agreementId: string): Terms {
        return found(this.#terms.get(agreementId));
    }

    coversOf(carrier: Carrier): Map<string, AmountNano> {
        const covers = this.#covers.get(carrier) ?? new Map<string, AmountNano>();
        this.#covers.set(carrier, covers);
        return covers;
    }

    /** Balance of an account by its postings alone, from zero. */
    balance(account: AccountName): bigint {
        return netByAccount(this.postings).get(account) ?? 0n;
    }

    /** Escrow that records say is held, over all agreements. */
    get heldNano(): bigint {
        return [...this.executions.values()]
            .flatMap((each) => each.holdings)
            .reduce((sum, held) => sum + heldBy(held), 0n);
    }

    #delivering(carrier: Carrier, slot: SlotIndex): FundedAgreement[] {
        return [...this.executions.values()].flatMap((execution) => {
            const terms = this.terms(execution.agreementId);
            const delivers =
                (execution.state === 'inForce' || execution.state === 'windingDown') &&
                slot >= terms.firstSlot &&
                slot < execution.endSlot &&
                execution.progress.some((progress) => progress.carrier === carrier);
            return delivers ? [{ agreementId: execution.agreementId, terms, execution }] : [];
        });
    }
}

/** Registers before and after that differ by the energy; the participant is the id up to the first dot. */
function pointIn(
    slot: SlotIndex,
    carrier: Carrier,
    { pointId, ...traits }: Pick<MeteringPoint, 'pointId'> & Partial<MeteringPoint>,
    energy: Metered,
): MeteredPoint {
    const participantId = pointId.split('.')[0] ?? pointId;
    const point = {
        pointId,
        participantId,
        carrier,
        connectionPoint: 'bus-1',
        fromSlot: 0,
        meter: energy === null ? null : { meterId: `${pointId}-meter`, publicKey: '' },
        ...PLAIN_POINT,
        ...traits,
    };
    if (energy === null || energy === 'missing') {
        return { point, before: null, after: null, replaced: null, isStation: false };
    }
    const quality = 'measured' as const;
    const before = {
        importWh: energyWh(BigInt(slot) * 7n),
        exportWh: energyWh(BigInt(slot) * 3n),
        volume: null,
        quality,
    };
    const after = {
        importWh: energyWh(before.importWh + energy.importWh),
        exportWh: energyWh(before.exportWh + energy.exportWh),
        volume: null,
        quality: energy.quality ?? quality,
    };
    return { point, before, after, replaced: null, isStation: false };
}

function found<Value>(value: Value | undefined): Value {
    if (value === undefined) {
        throw new Error('no such agreement or participant');
    }
    return value;
}
