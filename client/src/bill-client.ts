import { isDeepStrictEqual } from 'node:util';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { type Execution, heldBy } from '@commonwatt/chaincode/domain/escrow';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { Payout } from '@commonwatt/chaincode/domain/payout';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Account, AccountClient } from './account-client.js';
import type { AgreementClient } from './agreement-client.js';
import { type Bill, type BillFacts, billOf, type BillPeriod, type EscrowLine } from './bill.js';
import type { CharterClient } from './charter-client.js';
import type { ClockClient } from './clock-client.js';
import { ConflictError, InvalidError } from './errors.js';
import type { MeterClient } from './meter-client.js';
import type { ParticipantClient } from './participant-client.js';
import type { SettlementClient } from './settlement-client.js';

/** How often a bill is begun anew because money moved while it was read. */
const ATTEMPTS_MAX = 5;
/** How far ahead the end of what has begun is first looked for; doubled until it is found. */
const SLOTS_AHEAD = 96;

type Sources = Readonly<{
    accounts: AccountClient;
    agreements: AgreementClient;
    charter: CharterClient;
    clock: ClockClient;
    meters: MeterClient;
    participants: ParticipantClient;
    settlements: SettlementClient;
}>;
/** Money of a participant at one state of the ledger. */
type Held = Readonly<{ account: Account; executions: readonly Execution[]; payouts: readonly Payout[] }>;

/** Statements of what participants bought, sold, owed and own, computed from the records of the ledger. */
export class BillClient {
    readonly #market: Sources;

    constructor(market: Sources) {
        this.#market = market;
    }

    /**
     * A participant's bill over some slots; over all of its life unless told otherwise. Anyone may compute it.
     * @throws NotFoundError PARTICIPANT_MISSING {participantId} · InvalidError PERIOD_INVALID {fromSlot, toSlot} ·
     * ConflictError BILL_MOVING {participantId}: its money moved whenever it was read · InternalError BILL_DISAGREES
     */
    async show(participantId: string, period: Partial<BillPeriod> = {}): Promise<Bill> {
        await this.#market.participants.show(participantId);
        const points = (await this.#market.meters.list()).filter((point) => point.participantId === participantId);
        const { currency, firstSlot } = await this.#market.charter.show();
        const overSlot = await this.#firstNotOver(firstSlot);
        const fromSlot = period.fromSlot ?? Math.min(overSlot, ...points.map((point) => point.fromSlot));
        const whole = { fromSlot, toSlot: period.toSlot ?? Math.max(fromSlot, overSlot) };
        if (whole.toSlot < fromSlot) {
            throw new InvalidError({ code: 'PERIOD_INVALID', operands: { ...whole } });
        }
        let before = await this.#held(participantId);
        for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
            const facts = await this.#facts({ participantId, currency, period: whole }, points, before);
            const after = await this.#held(participantId);
            if (isDeepStrictEqual(after, before)) {
                return billOf(facts);
            }
            before = after;
        }
        throw new ConflictError({ code: 'BILL_MOVING', operands: { participantId } });
    }

    /** The first slot from `firstSlot` on that is not over: it runs, or has not begun. */
    async #firstNotOver(firstSlot: SlotIndex): Promise<SlotIndex> {
        const { clock } = this.#market;
        let span = SLOTS_AHEAD;
        while (await clock.hasBegun(firstSlot + span)) {
            span *= 2;
        }
        return Math.max(firstSlot, (await clock.firstNotBegun(firstSlot, firstSlot + span)) - 1);
    }

    async #held(participantId: string): Promise<Held> {
        const account = await this.#market.accounts.show(participantId);
        const executions = (await this.#market.agreements.list()).filter(({ holdings }) =>
            holdings.some((holding) => holding.participantId === participantId),
        );
        return { account, executions, payouts: await this.#market.accounts.payouts(participantId) };
    }

    async #facts(
        frame: Pick<BillFacts, 'participantId' | 'currency' | 'period'>,
        points: readonly MeteringPoint[],
        { account, executions, payouts }: Held,
    ): Promise<BillFacts> {
        const { participantId, period } = frame;
        const carriers = new Set(
            [...points, ...executions.flatMap(({ progress }) => progress)].map((each) => each.carrier),
        );
        const endSlot = await this.#firstNotOver(period.fromSlot);
        const settlements = [];
        for (const carrier of CARRIERS.filter((each) => carriers.has(each))) {
            const metered = points.filter((point) => point.carrier === carrier).map((point) => point.fromSlot);
            const found = await this.#settlements(carrier, period.fromSlot, endSlot);
            const openSlots = found.openSlots.filter((slot) => metered.some((fromSlot) => fromSlot <= slot));
            settlements.push({ carrier, settlements: found.settlements, openSlots });
        }
        const deposits = (await this.#market.accounts.deposits()).filter(
            (each) => each.participantId === participantId,
        );
        return {
            ...frame,
            settlements,
            terms: await this.#terms(executions),
            account,
            escrow: escrowOf(executions, participantId),
            deposits,
            payouts,
        };
    }

    /** Results of the slots from `fromSlot` to before `endSlot`, and the slots that have none. */
    async #settlements(
        carrier: Carrier,
        fromSlot: SlotIndex,
        endSlot: SlotIndex,
    ): Promise<{ settlements: Settlement[]; openSlots: SlotIndex[] }> {
        const settlements: Settlement[] = [];
        const openSlots: SlotIndex[] = [];
        const found = await this.#market.settlements.between(carrier, fromSlot, endSlot);
        found.forEach((runs, index) => {
            if (runs.length === 0) {
                openSlots.push(fromSlot + index);
            }
            settlements.push(...runs);
        });
        return { settlements, openSlots };
    }

    async #terms(executions: readonly Execution[]): Promise<ReadonlyMap<string, Terms>> {
        const terms = new Map<string, Terms>();
        for (const { agreementId } of executions) {
            terms.set(agreementId, (await this.#market.agreements.show(agreementId)).agreement.terms);
        }
        return terms;
    }
}

function escrowOf(executions: readonly Execution[], participantId: string): EscrowLine[] {
    return executions.flatMap(({ agreementId, holdings }) =>
        holdings
            .filter((holding) => holding.participantId === participantId)
            .map((holding) => ({ agreementId, heldNano: heldBy(holding) }))
            .filter(({ heldNano }) => heldNano > 0n),
    );
}
