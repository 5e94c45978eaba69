import type { Permit, Qualification, QualificationStatement } from '@commonwatt/chaincode/domain/qualification';
import {
    qualificationCodec,
    qualificationStatementCodec,
    qualifyCodec,
} from '@commonwatt/chaincode/wire/qualification';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** Who it is about, and why. */
export type QualificationReason = Readonly<{ participantId: string; reasonCode: string }>;

/** What the regulator says of participants. Its reviewers sign each statement; statements are numbered per participant. */
export class QualificationClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /** Permits trade; a later grant replaces the permits. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError QUALIFICATION_CONFLICT */
    async grant(
        about: QualificationReason & Readonly<{ permits: readonly Permit[] }>,
    ): Promise<Committed<Qualification>> {
        return await this.#state('grant', { ...about, status: 'granted' });
    }

    /** Stops new trade; what is agreed is still settled. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError QUALIFICATION_CONFLICT */
    async suspend(about: QualificationReason): Promise<Committed<Qualification>> {
        return await this.#state('suspend', { ...about, permits: [], status: 'suspended' });
    }

    /** Ends the qualification for good. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError QUALIFICATION_CONFLICT */
    async revoke(about: QualificationReason): Promise<Committed<Qualification>> {
        return await this.#state('revoke', { ...about, permits: [], status: 'revoked' });
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

    async #state(
        verb: 'grant' | 'suspend' | 'revoke',
        content: Omit<QualificationStatement, 'sequence'>,
    ): Promise<Committed<Qualification>> {
        const { participantId, status, permits, reasonCode } = content;
        const last = await orNull(this.show(participantId));
        const statement = numbered(
            qualificationStatementCodec,
            last?.statement,
            (stated) => stated.sequence,
            (sequence) => ({ participantId, sequence, status, permits, reasonCode }),
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
