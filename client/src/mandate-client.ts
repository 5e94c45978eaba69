import { randomBytes } from 'node:crypto';
import { MarketError } from '@commonwatt/chaincode/domain/errors';
import {
    demandCovered,
    demandMaySign,
    type Mandate,
    type MandateStatement,
    type SignedDocument,
} from '@commonwatt/chaincode/domain/mandate';
import {
    grantMandateCodec,
    mandateCodec,
    mandateIdOf,
    mandatePageQueryCodec,
    mandateRefCodec,
    mandateStatementCodec,
} from '@commonwatt/chaincode/wire/mandate';
import { decodePage, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import { keyIdOf } from '@commonwatt/chaincode/wire/signature';
import { NotFoundError, translated } from './errors.js';
import { everyItem, type Ledger, orNull } from './ledger.js';
import type { ParticipantClient } from './participant-client.js';
import type { Committed } from './submitter.js';

/** What a principal decides; keys and salt are filled in. */
export type MandateBounds = Omit<MandateStatement, 'principalKeyId' | 'agentKeyId' | 'salt'>;

/** Mandates: what energy sellers may sign in the name of others. */
export class MandateClient {
    readonly #ledger: Ledger;
    readonly #participants: ParticipantClient;

    constructor(ledger: Ledger, participants: ParticipantClient) {
        this.#ledger = ledger;
        this.#participants = participants;
    }

    /**
     * Allows an energy seller to sign for the caller within bounds; signed with the caller's signing key.
     * @throws InvalidError MANDATE_INVALID, SIGNATURE_INVALID · ForbiddenError CALLER_NOT_PARTICIPANT · NotFoundError
     * PARTICIPANT_MISSING
     */
    async grant(bounds: MandateBounds): Promise<Committed<Mandate>> {
        const agent = await this.#participants.show(bounds.agentId);
        const statement: MandateStatement = {
            ...bounds,
            principalKeyId: keyIdOf(this.#ledger.documents.publicKey),
            agentKeyId: keyIdOf(agent.publicKey),
            salt: randomBytes(32).toString('hex'),
        };
        const body = translated(() => mandateStatementCodec.toJson(statement));
        const { signature } = await this.#ledger.sign('commonwatt/mandate/1', 'exchange', body);
        return await this.#ledger.submit(
            'exchange',
            'mandate:grant',
            () => grantMandateCodec.encode({ statement, signature }),
            mandateCodec.decode,
            () => orNull(this.show(bounds.principalId, mandateIdOf(statement))),
        );
    }

    /**
     * Takes a mandate back, for good: what the agent has signed under it and is not concluded yet binds nobody.
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT · NotFoundError MANDATE_MISSING
     */
    async revoke(principalId: string, mandateId: string): Promise<Committed<Mandate>> {
        return await this.#ledger.submit(
            'exchange',
            'mandate:revoke',
            () => mandateRefCodec.encode({ principalId, mandateId }),
            mandateCodec.decode,
            async () => {
                const mandate = await this.show(principalId, mandateId);
                return mandate.isRevoked ? mandate : null;
            },
        );
    }

    /** @throws NotFoundError MANDATE_MISSING {principalId, mandateId} */
    async show(principalId: string, mandateId: string): Promise<Mandate> {
        return await this.#ledger.evaluate(
            'exchange',
            'mandate:show',
            () => mandateRefCodec.encode({ principalId, mandateId }),
            mandateCodec.decode,
        );
    }

    /** A page of all mandates, or of those that one principal gave. */
    async page(query: PageQuery, principalId: string | null = null): Promise<Page<Mandate>> {
        return await this.#ledger.evaluate(
            'exchange',
            'mandate:list',
            () => mandatePageQueryCodec.encode({ ...query, principalId }),
            (payload) => decodePage(payload, mandateCodec),
        );
    }

    async list(principalId: string | null = null): Promise<readonly Mandate[]> {
        return await everyItem((query) => this.page(query, principalId));
    }

    /**
     * The mandate of a principal under which an agent may sign a document.
     * @throws NotFoundError MANDATE_MISSING {principalId, agentId} when none covers it
     */
    async covering(principalId: string, agentId: string, document: SignedDocument): Promise<Mandate> {
        const mandates = await this.list(principalId);
        const found = mandates.find(
            (mandate) => !mandate.isRevoked && mandate.statement.agentId === agentId && covers(mandate, document),
        );
        if (found === undefined) {
            throw new NotFoundError({ code: 'MANDATE_MISSING', operands: { principalId, agentId } });
        }
        return found;
    }
}

function covers(mandate: Mandate, document: SignedDocument): boolean {
    try {
        demandMaySign(mandate, document);
        demandCovered(mandate, document.terms);
        return true;
    } catch (error) {
        if (error instanceof MarketError) {
            return false;
        }
        throw error;
    }
}
