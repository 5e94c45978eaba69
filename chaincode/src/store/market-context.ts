import { Context } from 'fabric-contract-api';
import { type Charter, isAdministrator } from '../domain/charter.js';
import { demandInForce, type EstablishedCharter } from '../domain/established-charter.js';
import { slotAt } from '../domain/clock.js';
import { demand, marketError } from '../domain/errors.js';
import { demandGranted, type Seat, type SeatKind } from '../domain/seat.js';
import type { SignedStatement } from '../domain/signed-statement.js';
import type { SlotIndex } from '../domain/units.js';
import type { Json } from '../wire/canonical.js';
import { keyIdOf, type SignatureDomain, type SignatureScope, signedText, verifySignature } from '../wire/signature.js';
import { type Caller, callerOf } from './caller.js';
import { guardClock } from './clock-guard.js';
import { CHARTER } from './keys.js';
import { Ledger, type Step } from './ledger.js';

/** The mark of an officer on a statement. */
export type OfficerMark = Omit<SignedStatement<unknown>, 'statement'>;

/** One transaction of either chaincode: who asks, when, and the ledger it reads and writes. */
export abstract class MarketContext extends Context {
    /** Which of the charter's chaincodes runs the transaction. */
    protected abstract readonly chaincode: keyof Charter['chaincodes'];
    #ledger: Ledger | undefined;
    #caller: Caller | undefined;
    #established: EstablishedCharter | null | undefined;

    get ledger(): Ledger {
        this.#ledger ??= new Ledger(this.stub);
        return this.#ledger;
    }

    get caller(): Caller {
        this.#caller ??= callerOf(this.stub);
        return this.#caller;
    }

    /** Time of the transaction by its client, in ms since the epoch; the clock guard has bounded it. */
    get timeMs(): number {
        return this.stub.getDateTimestamp().getTime();
    }

    /** Refuses what no verb should even look at. */
    admit(ownTimeMs: number): void {
        guardClock(this.timeMs, ownTimeMs);
    }

    /** The charter as it stands, confirmed or not; `null` until the market is established. */
    async standingCharter(): Promise<EstablishedCharter | null> {
        if (this.#established === undefined) {
            this.#established = await this.ledger.get(CHARTER);
        }
        return this.#established;
    }

    /** @throws CHARTER_MISSING {} until the market is established */
    async established(): Promise<EstablishedCharter> {
        const established = await this.standingCharter();
        if (established === null) {
            throw marketError('CHARTER_MISSING');
        }
        return established;
    }

    /** @throws CHARTER_MISSING {} until the market is established */
    async charter(): Promise<Charter> {
        return (await this.established()).charter;
    }

    /** @throws CHARTER_MISSING {} · CHARTER_UNCONFIRMED {charterHash, missing} until every organisation has confirmed the charter */
    async demandInForce(): Promise<void> {
        demandInForce(await this.established());
    }

    /** Slot that the transaction's time falls into. */
    async nowSlot(): Promise<SlotIndex> {
        return slotAt(await this.charter(), this.timeMs);
    }

    /** Whether a slot has begun; the answer joins the read set, so that a later tick voids the transaction. */
    abstract hasBegun(slot: SlotIndex): Promise<boolean>;

    /** @throws SLOT_BEGUN {slot} */
    async demandNotBegun(slot: SlotIndex): Promise<void> {
        demand(!(await this.hasBegun(slot)), 'SLOT_BEGUN', { slot });
    }

    /** Makes a step's writes, once, after the invariants hold. */
    async commit(step: Step): Promise<void> {
        await this.ledger.commit(step);
    }

    /** Verifies a signature that counts on this channel under the given chaincode's name. */
    verify(domain: SignatureDomain, chaincode: string, publicKey: string, body: Json, signature: string): void {
        const scope: SignatureScope = { channel: this.stub.getChannelID(), chaincode };
        verifySignature(signedText(domain, scope, publicKey, body), publicKey, signature);
    }

    /** The caller's seat for a step of the lifecycle. @throws CALLER_NOT_SEATED, SEAT_REVOKED {kind, mspId, subjectHash} */
    abstract officer(noun: string, verb: string): Promise<Seat>;

    /** Verifies that the officer who may take a step signed its statement. @throws CALLER_NOT_SEATED · SIGNATURE_INVALID */
    async officersMark(
        [noun, verb]: readonly [string, string],
        domain: SignatureDomain,
        body: Json,
        signature: string,
    ): Promise<OfficerMark> {
        const { chaincodes } = await this.charter();
        const { subjectHash, publicKey } = await this.officer(noun, verb);
        this.verify(domain, chaincodes[this.chaincode], publicKey, body, signature);
        return { officerSubjectHash: subjectHash, keyId: keyIdOf(publicKey), signature };
    }

    /** @throws CALLER_NOT_ADMIN {mspId} unless an administrator of one of the charter's organisations calls */
    demandAdmin(charter: Charter): void {
        demand(isAdministrator(charter, this.caller), 'CALLER_NOT_ADMIN', { mspId: this.caller.mspId });
    }

    /** @throws CALLER_NOT_SEATED, SEAT_REVOKED {kind, mspId, subjectHash} */
    protected demandSeated(seat: Seat | null, kind: SeatKind): Seat {
        const { mspId, subjectHash } = this.caller;
        demand(seat !== null, 'CALLER_NOT_SEATED', { kind, mspId, subjectHash });
        demandGranted(seat);
        return seat;
    }
}
