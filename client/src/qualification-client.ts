import type {
    Permit,
    Qualification,
    QualificationStatement,
    QualifiedPerson,
} from '@commonwatt/chaincode/domain/qualification';
import {
    qualificationCodec,
    qualificationStatementCodec,
    qualifyCodec,
} from '@commonwatt/chaincode/wire/qualification';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { keyIdOf } from '@commonwatt/chaincode/wire/signature';
import { ConflictError } from './errors.js';
import { type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { ParticipantClient } from './participant-client.js';
import type { Committed } from './submitter.js';

/** Who it is about, and why. */
export type QualificationReason = Readonly<{ participantId: string; reasonCode: string }>;

/** What the regulator says of participants. Its reviewers sign each statement; statements are numbered per participant. */
export class QualificationClient {
    readonly #ledger: Ledger;
    readonly #participants: ParticipantClient;

    constructor(ledger: Ledger, participants: ParticipantClient) {
        this.#ledger = ledger;
        this.#participants = participants;
    }

    /**
     * Permits trade to who stands under the pseudonym now; a later grant replaces the permits and the person.
     * @param about with `keyId` the key that the person showed the regulator: another one on the ledger is refused
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError PARTICIPANT_MISSING · ConflictError QUALIFICATION_CONFLICT,
     * PARTICIPANT_OF_ANOTHER {participantId, keyId}: the key on the ledger
     */
    async grant(
        about: QualificationReason & Readonly<{ permits: readonly Permit[]; keyId?: string | undefined }>,
    ): Promise<Committed<Qualification>> {
        const { participantId, permits, reasonCode, keyId } = about;
        const person = await this.#personOf(participantId);
        if (keyId !== undefined && keyId !== person.keyId) {
            throw new ConflictError({
                code: 'PARTICIPANT_OF_ANOTHER',
                operands: { participantId, keyId: person.keyId },
            });
        }
        return await this.#state('grant', { participantId, person, permits, reasonCode, status: 'granted' });
    }

    /** Stops new trade; what is agreed is still settled. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError QUALIFICATION_CONFLICT */
    async suspend(about: QualificationReason): Promise<Committed<Qualification>> {
        return await this.#end('suspend', { ...about, permits: [], status: 'suspended' });
    }

    /** Ends the qualification for good. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError QUALIFICATION_CONFLICT */
    async revoke(about: QualificationReason): Promise<Committed<Qualification>> {
        return await this.#end('revoke', { ...about, permits: [], status: 'revoked' });
    }

    /** @throws NotFoundError PARTICIPANT_MISSING {participantId} when the regulator has said nothing of it */
    async show(participantId: string): Promise<Qualification> {
        return await this.#ledger.evaluate(
            'supervision',
            'qualification:show',
            () => participantQueryCodec.encode({ participantId }),
            qualificationCodec.decode,
        );
    }

    /** Who stands under the pseudonym now. */
    async #personOf(participantId: string): Promise<QualifiedPerson> {
        const { mspId, subjectHash, publicKey } = await this.#participants.show(participantId);
        return { mspId, subjectHash, keyId: keyIdOf(publicKey) };
    }

    /** What ends a qualification is of the person who was qualified, whoever stands there now. */
    async #end(
        verb: 'suspend' | 'revoke',
        content: Omit<QualificationStatement, 'sequence' | 'person'>,
    ): Promise<Committed<Qualification>> {
        const { participantId } = content;
        const last = await orNull(this.show(participantId));
        const person = last?.statement.person ?? (await this.#personOf(participantId));
        return await this.#state(verb, { ...content, person });
    }

    async #state(
        verb: 'grant' | 'suspend' | 'revoke',
        content: Omit<QualificationStatement, 'sequence'>,
    ): Promise<Committed<Qualification>> {
        const { participantId, person, status, permits, reasonCode } = content;
        const last = await orNull(this.show(participantId));
        const statement = numbered(
            qualificationStatementCodec,
            last?.statement,
            (stated) => stated.sequence,
            (sequence) => ({ participantId, person, sequence, status, permits, reasonCode }),
        );
        const { sequence } = statement;
        const body = qualificationStatementCodec.toJson(statement);
        const { keyId, signature } = await this.#ledger.sign('commonwatt/qualification/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            `qualification:${verb}`,
            () => qualifyCodec.encode({ statement, signature }),
            qualificationCodec.decode,
            async () => {
                const now = await orNull(this.show(participantId));
                return now?.statement.sequence === sequence && now.keyId === keyId ? now : null;
            },
        );
    }
}
