import type { Agreement, Consent } from '../domain/agreement.js';
import { assert, demand, marketError } from '../domain/errors.js';
import {
    bindingOf,
    blocksOf,
    demandCovered,
    demandInForce,
    demandMaySign,
    demandNoSelfDealing,
    type Mandate,
    type SignedDocument,
    useMandate,
    useTotal,
} from '../domain/mandate.js';
import type { Participant } from '../domain/participant.js';
import { bodyFor, mandateIdOf, mandateStatementCodec } from '../wire/mandate.js';
import { type DocumentBody, keyIdOf } from '../wire/signature.js';
import { MANDATE, MANDATE_TOTAL, MANDATE_USE } from '../store/keys.js';
import { ancestorKey } from './key-succession.js';
import type { TradeContext } from './trade-context.js';
import { demandNotWithdrawn } from './withdrawals.js';

/** Who signs for a party: itself, or the agent that its mandate names. */
export type Signatory = Readonly<{ party: Participant; signer: Participant; mandate: Mandate | null }>;

/** @throws MANDATE_MISSING {principalId, mandateId} */
export async function loadMandate(ctx: TradeContext, principalId: string, mandateId: string): Promise<Mandate> {
    const mandate = await ctx.ledger.get(MANDATE, principalId, mandateId);
    if (mandate === null) {
        throw marketError('MANDATE_MISSING', { principalId, mandateId });
    }
    assert(mandateIdOf(mandate.statement) === mandateId, 'a mandate is known by the hash of its statement');
    return mandate;
}

/**
 * Who may sign a document for a party. Reading the mandate puts it into the read set, so that its revocation ends what
 * is under way. The principal's signature is verified each time: an agreement's terms have a key policy, a mandate has
 * not.
 * @throws MANDATE_MISSING · MANDATE_REVOKED · MANDATE_EXCEEDED {mandateId, bound} · KEY_REPLACED {participantId, keyId} ·
 * SIGNATURE_INVALID
 */
export async function signatoryOf(
    ctx: TradeContext,
    party: Participant,
    mandateId: string | null,
    document: SignedDocument,
): Promise<Signatory> {
    if (mandateId === null) {
        return { party, signer: party, mandate: null };
    }
    const mandate = await loadMandate(ctx, party.participantId, mandateId);
    const { statement, signature } = mandate;
    demandInForce(mandate);
    demandMaySign(mandate, document);
    demandCovered(mandate, document.terms);
    const signer = await ctx.participant(statement.agentId);
    await ancestorKey(ctx, signer, statement.agentKeyId);
    const principalKey = await ancestorKey(ctx, party, statement.principalKeyId);
    const { chaincodes } = await ctx.charter();
    const body = mandateStatementCodec.toJson(statement);
    ctx.verify('commonwatt/mandate/1', chaincodes.exchange, principalKey, body, signature);
    return { party, signer, mandate };
}

/** The signatory that calls. @throws CALLER_NOT_PARTICIPANT {participantId}, and as `signatoryOf` */
export async function callingSignatory(
    ctx: TradeContext,
    participantId: string,
    mandateId: string | null,
    document: SignedDocument,
): Promise<Signatory> {
    const signatory = await signatoryOf(ctx, await ctx.participant(participantId), mandateId, document);
    ctx.demandCaller(signatory.signer);
    return signatory;
}

/** A signature as the party's consent. */
export const consentBy = ({ party, signer, mandate }: Signatory, signature: string): Consent => ({
    participantId: party.participantId,
    mandateId: mandate?.mandateId ?? null,
    keyId: keyIdOf(signer.publicKey),
    signature,
});

/**
 * Verifies what a signatory signed in its party's name, and that nobody has taken it back.
 * @throws SIGNATURE_INVALID {keyId} · SIGNATURE_WITHDRAWN {participantId, documentHash}
 */
export async function verifySignatory(
    ctx: TradeContext,
    { party, signer, mandate }: Signatory,
    [domain, body]: DocumentBody,
    signature: string,
): Promise<void> {
    const { chaincodes } = await ctx.charter();
    const { participantId } = party;
    const signed = bodyFor(body, participantId, mandate?.mandateId ?? null);
    ctx.verify(domain, chaincodes.exchange, signer.publicKey, signed, signature);
    await demandNotWithdrawn(ctx, [domain, body], { participantId, keyId: keyIdOf(signer.publicKey) });
}

/**
 * Each party signed this body once, with its registered key or by an agent whose mandate covers the document, and has
 * not taken that back.
 * @throws SIGNATURE_MISSING {participantId, keyId} · SIGNATURE_INVALID {keyId} · SIGNATURE_WITHDRAWN, and as `signatoryOf`
 */
export async function verifyConsents(
    ctx: TradeContext,
    body: DocumentBody,
    consents: readonly Consent[],
    parties: readonly Participant[],
    document: SignedDocument,
): Promise<Signatory[]> {
    demand(consents.length === parties.length, 'SIGNATURE_MISSING', { consents: consents.length });
    const signatories: Signatory[] = [];
    for (const party of parties) {
        const { participantId } = party;
        const consent = consents.find((given) => given.participantId === participantId);
        const signatory = await signatoryOf(ctx, party, consent?.mandateId ?? null, document);
        const keyId = keyIdOf(signatory.signer.publicKey);
        demand(consent?.keyId === keyId, 'SIGNATURE_MISSING', { participantId, keyId });
        await verifySignatory(ctx, signatory, body, consent.signature);
        signatories.push(signatory);
    }
    demandNoSelfDealing(mandatesOf(signatories));
    return signatories;
}

/**
 * Each party's registered key is, or descends by signatures from, the one that bound it to the version in force: that
 * version stands under the parties' own key policy, while the participants' records, their mandates, and the amendment
 * itself, do not. Of a party that an agent bound, it is the key of its mandate, which is known by its hash.
 * @throws MANDATE_MISSING · KEY_REPLACED {participantId, keyId}
 */
export async function demandSuccession(
    ctx: TradeContext,
    current: Agreement,
    parties: readonly Participant[],
): Promise<void> {
    for (const { participantId, mandateId, keyId } of current.consents) {
        const party = parties.find((each) => each.participantId === participantId);
        assert(party !== undefined, 'the parties stay');
        const mandate = mandateId === null ? null : await loadMandate(ctx, participantId, mandateId);
        await ancestorKey(ctx, party, mandate?.statement.principalKeyId ?? keyId);
    }
}

/** Counts what a document binds principals to under their mandates. @throws MANDATE_EXCEEDED {mandateId, bound} */
export async function useMandates(
    ctx: TradeContext,
    signatories: readonly Signatory[],
    { terms, changes }: SignedDocument,
): Promise<void> {
    for (const mandate of mandatesOf(signatories)) {
        const { mandateId, statement } = mandate;
        const { principalId } = statement;
        const binding = bindingOf(mandate, terms, changes);
        for (const block of blocksOf(terms)) {
            const used = await ctx.ledger.get(MANDATE_USE, principalId, mandateId, block);
            ctx.ledger.put(MANDATE_USE, useMandate(mandate, block, used, binding));
        }
        const total = await ctx.ledger.get(MANDATE_TOTAL, principalId, mandateId);
        ctx.ledger.put(MANDATE_TOTAL, useTotal(mandate, total, binding));
    }
}

const mandatesOf = (signatories: readonly Signatory[]): Mandate[] =>
    signatories.flatMap(({ mandate }) => mandate ?? []);

/** Participants that sign for others. */
export const agentsOf = (signatories: readonly Signatory[]): string[] => [
    ...new Set(mandatesOf(signatories).map(({ statement }) => statement.agentId)),
];
