import type { Terms } from '../domain/agreement.js';
import type { Carrier } from '../domain/charter.js';
import { assert, demand, marketError } from '../domain/errors.js';
import type { Halt } from '../domain/halt.js';
import type { Participant } from '../domain/participant.js';
import type { DatedRules, Rules } from '../domain/rules.js';
import { seatFor } from '../domain/lifecycle.js';
import type { Seat } from '../domain/seat.js';
import type { SlotIndex } from '../domain/units.js';
import type { Json } from '../wire/canonical.js';
import { parseCanonical } from '../wire/canonical.js';
import { haltsCodec } from '../wire/halt.js';
import { coveringQueryCodec, type Lookup, lookupsCodec } from '../wire/query.js';
import { seatCodec } from '../wire/seat.js';
import { PARTICIPANT, RULES, RULES_VERSION, TICK } from '../store/keys.js';
import type { Step } from '../store/ledger.js';
import { MarketContext } from '../store/market-context.js';

/** Most bytes of an answer of the weak centre: each record is smaller than a command. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** A transaction of the market. */
export class TradeContext extends MarketContext {
    protected readonly chaincode = 'exchange';
    #latestRules: DatedRules | undefined;
    /** Ticks looked up before: a hundred readings of one slot ask for the same one. */
    readonly #ticked = new Map<SlotIndex, boolean>();

    /** The rules that were enacted last, in force or not. @throws CHARTER_MISSING {} until the market is established */
    async latestRules(): Promise<DatedRules> {
        this.#latestRules ??= (await this.ledger.get(RULES)) ?? undefined;
        if (this.#latestRules === undefined) {
            throw marketError('CHARTER_MISSING');
        }
        return this.#latestRules;
    }

    /** Whether the rules enacted last are in force. The first are from the start; of others the tick of their first slot says so. */
    async areLatestInForce(): Promise<boolean> {
        const { rules, fromSlot } = await this.latestRules();
        return rules.version === 1 || (await this.hasTicked(fromSlot));
    }

    /**
     * The rules in force now, for what is new. Reading them puts the version enacted last and, until it is in force, the
     * absent tick of its first slot into the read set.
     */
    async rules(): Promise<Rules> {
        const { rules } = await this.latestRules();
        return (await this.areLatestInForce()) ? rules : (await this.#versionOf(rules.version - 1)).rules;
    }

    /** The rules of a slot, for what is delivered in it: the same however late it is settled, or settled again. */
    async rulesAt(slot: SlotIndex): Promise<Rules> {
        const rules = (await this.rulesSince(slot)).at(-1);
        assert(rules !== undefined, 'every slot has rules');
        return rules;
    }

    /** The rules of every slot from one on, the last first. */
    async rulesSince(slot: SlotIndex): Promise<readonly Rules[]> {
        let dated = await this.latestRules();
        const versions = [dated.rules];
        while (dated.fromSlot > slot && dated.rules.version > 1) {
            dated = await this.#versionOf(dated.rules.version - 1);
            versions.push(dated.rules);
        }
        return versions;
    }

    /** The rules that the parties signed under, for what they were promised. */
    async rulesOf({ rulesVersion }: Pick<Terms, 'rulesVersion'>): Promise<Rules> {
        return (await this.#versionOf(rulesVersion)).rules;
    }

    async #versionOf(version: number): Promise<DatedRules> {
        const latest = await this.latestRules();
        const dated = latest.rules.version === version ? latest : await this.ledger.get(RULES_VERSION, version);
        assert(dated !== null, 'every version of the rules is kept');
        return dated;
    }

    /**
     * Makes a step's writes, once, after the invariants hold. The rules in force are in the read set of every step, so that a transaction held back
     * cannot slip in under rules that have been replaced.
     */
    override async commit(step: Step): Promise<void> {
        await this.rules();
        await super.commit(step);
    }

    /** Asks the weak centre for records, in one call; `null` where it has none. The answers join the read set. */
    async lookUp(lookups: readonly Lookup[]): Promise<readonly (Json | null)[]> {
        const { chaincodes } = await this.charter();
        const answer = await this.ledger.call(chaincodes.supervision, 'registry:look-up', lookupsCodec.encode(lookups));
        return parseCanonical(answer, ANSWER_BYTES_MAX) as readonly (Json | null)[];
    }

    /** Halts of the weak centre whose waiver covers a slot. */
    async supervisionHalts(carrier: Carrier, slot: SlotIndex, graceSlots: number): Promise<readonly Halt[]> {
        const { chaincodes } = await this.charter();
        const query = coveringQueryCodec.encode({ carrier, slot, graceSlots });
        return haltsCodec.decode(await this.ledger.call(chaincodes.supervision, 'halt:covering', query));
    }

    async officer(noun: string, verb: string): Promise<Seat> {
        const kind = seatFor('exchange', noun, verb);
        const { mspId, subjectHash } = this.caller;
        const [found] = await this.lookUp([{ type: 'seat', kind, mspId, subjectHash }]);
        return this.demandSeated(found == null ? null : seatCodec.fromJson(found), kind);
    }

    /** @throws PARTICIPANT_MISSING {participantId} */
    async participant(participantId: string): Promise<Participant> {
        const participant = await this.ledger.get(PARTICIPANT, participantId);
        if (participant === null) {
            throw marketError('PARTICIPANT_MISSING', { participantId });
        }
        return participant;
    }

    /** The participant, when the caller's certificate is the one bound to it. @throws CALLER_NOT_PARTICIPANT */
    async callingParticipant(participantId: string): Promise<Participant> {
        const participant = await this.participant(participantId);
        this.demandCaller(participant);
        return participant;
    }

    /** @throws CALLER_NOT_PARTICIPANT {participantId} unless the caller's certificate is the one bound to it */
    demandCaller({ participantId, subjectHash }: Participant): void {
        demand(subjectHash === this.caller.subjectHash, 'CALLER_NOT_PARTICIPANT', { participantId });
    }

    /** Whether a tick says that the slot has begun: the gate of everything that may only happen afterwards. */
    async hasTicked(slot: SlotIndex): Promise<boolean> {
        const hasTicked = this.#ticked.get(slot) ?? (await this.ledger.get(TICK, slot)) !== null;
        this.#ticked.set(slot, hasTicked);
        return hasTicked;
    }

    /**
     * Whether the slot has begun by a tick or by the transaction's own time. Reading the absent tick puts it into the
     * read set: a transaction that was endorsed in time and held back fails once the slot has begun. A slot before the
     * charter's first never ticks and is over from the start: what began there could never be settled.
     */
    override async hasBegun(slot: SlotIndex): Promise<boolean> {
        const { clock, firstSlot } = await this.charter();
        const byClock = clock === 'real' && (await this.nowSlot()) >= slot;
        return (await this.hasTicked(slot)) || byClock || slot < firstSlot;
    }

    /** Whether a slot is over by the ticks, so that a meter can have been read at its end. */
    async isOver(slot: SlotIndex): Promise<boolean> {
        return await this.hasTicked(slot + 1);
    }

    /** @throws SLOT_NOT_OVER {slot} */
    async demandOver(slot: SlotIndex): Promise<void> {
        demand(await this.isOver(slot), 'SLOT_NOT_OVER', { slot });
    }
}
