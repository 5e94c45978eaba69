import type { Departure } from '@commonwatt/chaincode/domain/departure';
import type { KeyPermit, Participant } from '@commonwatt/chaincode/domain/participant';
import {
    applyCodec,
    departureCodec,
    keyPermitCodec,
    keyRotationCodec,
    leaveCodec,
    participantCodec,
    type PermitKeyCommand,
    permitKeyCodec,
    refuseKeyCodec,
    rotateKeyCodec,
} from '@commonwatt/chaincode/wire/participant';
import { instructionBody } from '@commonwatt/chaincode/wire/instruction';
import { type Page, type PageQuery, participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { keyIdOf } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { Committed } from './submitter.js';

/** The subjects of the market. */
export class ParticipantClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Applies as a participant: binds the pseudonym to the caller's certificate and to its signing key, whose
     * possession the signature proves; it covers the certificate's subject, so that only this caller can send it. It may trade once the regulator has qualified it.
     * @throws ForbiddenError ORG_NOT_ADMITTED {mspId, kind} · ConflictError PARTICIPANT_CONFLICT, SUBJECT_TAKEN ·
     * InvalidError SIGNATURE_INVALID
     */
    async apply(applicant: Omit<Participant, 'publicKey' | 'mspId' | 'subjectHash'>): Promise<Committed<Participant>> {
        const application = { ...applicant, publicKey: this.#ledger.documents.publicKey, ...this.#ledger.holder };
        const body = translated(() => participantCodec.toJson(application));
        const { signature } = await this.#ledger.sign('commonwatt/participant/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'participant:apply',
            () => applyCodec.encode({ application, signature }),
            participantCodec.decode,
            async () => {
                const existing = await orNull(this.show(application.participantId));
                return existing?.publicKey === application.publicKey ? existing : null;
            },
        );
    }

    /**
     * Replaces the participant's signing key; connect anew to sign with the next one. Signatures of the old key count for
     * what is agreed, and for nothing else any more.
     * @param old the key in force; `null` when it is lost and an administrator has permitted the next one
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT, KEY_PERMIT_MISSING {participantId, keyId} · ConflictError
     * KEY_REPLACED, KEY_USED · InvalidError SIGNATURE_INVALID
     */
    async rotateKey(
        participantId: string,
        next: DocumentSigner,
        old: DocumentSigner | null = this.#ledger.documents,
    ): Promise<Committed<Participant>> {
        const oldPublicKey = old?.publicKey ?? (await this.show(participantId)).publicKey;
        const rotation = { participantId, oldKeyId: keyIdOf(oldPublicKey), newPublicKey: next.publicKey };
        const body = translated(() => keyRotationCodec.toJson(rotation));
        const scope = this.#ledger.scope('exchange');
        const sign = async (signer: DocumentSigner): Promise<string> =>
            (await signDocument(signer, 'commonwatt/key-rotation/1', scope, body)).signature;
        const newSignature = await sign(next);
        const oldSignature = old === null ? null : await sign(old);
        return await this.#ledger.submit(
            'exchange',
            'participant:rotate-key',
            () => rotateKeyCodec.encode({ rotation, oldSignature, newSignature }),
            participantCodec.decode,
            async () => {
                const participant = await this.show(participantId);
                return participant.publicKey === next.publicKey ? participant : null;
            },
        );
    }

    /**
     * Lets a member of the caller's organisation replace a lost key by this one, from a slot on that is at least
     * `KEY_NOTICE_DAYS` ahead; needs its administrator. The last permit counts.
     * @throws ForbiddenError CALLER_NOT_ADMIN · NotFoundError PARTICIPANT_MISSING · ConflictError SLOT_BEGUN {slot}
     */
    async permitKey(permit: PermitKeyCommand): Promise<Committed<KeyPermit>> {
        return await this.#ledger.submit(
            'exchange',
            'participant:permit-key',
            () => permitKeyCodec.encode(permit),
            keyPermitCodec.decode,
            () => Promise.resolve(null), // it has no listing: the same permit again answers the same
        );
    }

    /**
     * Refuses a permitted key with the key in force, which is not lost. Any identity may send it.
     * @param signer the participant's key, when it is not the identity's
     * @throws ForbiddenError KEY_PERMIT_MISSING {participantId, keyId} · InvalidError SIGNATURE_INVALID
     */
    async refuseKey(refusal: PermitKeyCommand, signer = this.#ledger.documents): Promise<Committed<KeyPermit>> {
        const body = instructionBody(
            'participant:refuse-key',
            translated(() => permitKeyCodec.toJson(refusal)),
        );
        const scope = this.#ledger.scope('exchange');
        const { signature } = await signDocument(signer, 'commonwatt/instruction/1', scope, body);
        return await this.#ledger.submit(
            'exchange',
            'participant:refuse-key',
            () => refuseKeyCodec.encode({ refusal, signature }),
            keyPermitCodec.decode,
            () => Promise.resolve(null), // the same refusal again answers the same
        );
    }

    /**
     * Leaves the market for good: nothing new is agreed; what is open is delivered and settled, and the money is paid out
     * after that.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · InvalidError SIGNATURE_INVALID
     */
    async leave(participantId: string): Promise<Committed<Departure>> {
        const signature = await this.#ledger.instruct('participant:leave', participantQueryCodec, { participantId });
        return await this.#ledger.submit(
            'exchange',
            'participant:leave',
            () => leaveCodec.encode({ participantId, signature }),
            departureCodec.decode,
            async () =>
                (await this.departures()).find((departure) => departure.participantId === participantId) ?? null,
        );
    }

    /**
     * Winds up all agreements of a participant that leaves, some at a time; by anyone. After it the money can go.
     * @throws NotFoundError DEPARTURE_MISSING · ConflictError AGREEMENTS_OPEN
     */
    async windUp(participantId: string): Promise<Committed<Departure>> {
        for (;;) {
            const done = await this.#ledger.submit(
                'exchange',
                'participant:wind-up',
                () => participantQueryCodec.encode({ participantId }),
                departureCodec.decode,
                () => Promise.resolve(null), // sent again it goes on from where it is
            );
            if (done.value.isWoundUp) {
                return done;
            }
        }
    }

    /** Who is leaving, or has left. */
    async departures(): Promise<readonly Departure[]> {
        return await everyItem((query) =>
            this.#ledger.page('exchange', 'participant:departures', query, departureCodec),
        );
    }

    /** @throws NotFoundError PARTICIPANT_MISSING {participantId} */
    async show(participantId: string): Promise<Participant> {
        return await this.#ledger.evaluate(
            'exchange',
            'participant:show',
            () => participantQueryCodec.encode({ participantId }),
            participantCodec.decode,
        );
    }

    async page(query: PageQuery): Promise<Page<Participant>> {
        return await this.#ledger.page('exchange', 'participant:list', query, participantCodec);
    }

    async list(): Promise<readonly Participant[]> {
        return await everyItem((query) => this.page(query));
    }
}
