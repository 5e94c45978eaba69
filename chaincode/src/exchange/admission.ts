import { type Admission, largerLoads } from '../domain/admission.js';
import { type Agreement, endSlot } from '../domain/agreement.js';
import { demand, ERROR_KINDS, marketError, MarketError } from '../domain/errors.js';
import { type Execution, reviewDeadline } from '../domain/escrow.js';
import { type Load, loadsOf } from '../domain/loading.js';
import { admissionCodec, type AdmissionOutcome, type VersionRef } from '../wire/admission.js';
import { operandsJson } from '../wire/errors.js';
import { AMENDMENT } from '../store/keys.js';
import { demandConformity } from './conformity.js';
import { type LoadBook, loadsInForce } from './load-book.js';
import { loadAgreement, loadPoints } from './parties.js';
import { type Bounds, boundsOf, isLimited } from './point-bounds.js';
import type { TradeContext } from './trade-context.js';

type Own = Readonly<{ agreement: Agreement; execution: Execution }>;

/** What may be set aside for an agreement: as much as is in force, and versions that may come into force. */
type Candidate = Readonly<{
    loads: readonly Load[];
    amendmentVersion: number | null;
    /** What limits its points, by the terms of each version that may come into force. */
    bounds: readonly Bounds[];
    /** Nothing is checked of what is in force: it stands. */
    isChecked: boolean;
}>;
/** A seller's point and a buyer's. */
const ENDS_OF_LEG = 2;

/** What is tried in turn; `admits`, whether the version that was named may then enter into force. */
type Try = Readonly<{ admits: boolean; of: () => Promise<Candidate> }>;

/**
 * Brings what is set aside for an agreement to what its state and a version of it ask for: takes what fits, gives back what
 * is no longer needed. A version that does not fit takes nothing.
 * @throws AGREEMENT_MISSING
 */
export async function takeUp(
    ctx: TradeContext,
    book: LoadBook,
    { agreementId, version }: VersionRef,
): Promise<AdmissionOutcome> {
    const { agreement, execution } = await loadAgreement(ctx, agreementId);
    const before = await book.admission(agreementId);
    const kept = await pendingVersion(ctx, agreement, execution, before.amendmentVersion);
    const named = await pendingVersion(ctx, agreement, execution, version);
    let refusal = staleness(execution, version, named);
    const own = { agreement, execution };
    const tries: Try[] = [
        ...(refusal === null ? [{ admits: true, of: () => candidateOf(ctx, own, named ?? kept) }] : []),
        ...(named === null ? [] : [{ admits: true, of: () => amendmentAlone(ctx, own, named) }]),
        { admits: false, of: () => candidateOf(ctx, own, kept) },
        ...(kept === null ? [] : [{ admits: false, of: () => amendmentAlone(ctx, own, kept) }]),
        { admits: false, of: () => standingOf(ctx, own) },
    ];
    for (const { admits, of } of tries) {
        try {
            book.lookAt(ENDS_OF_LEG * agreement.terms.legs.length);
            await bring(book, agreementId, await of());
            refusal = admits ? null : refusal;
            break;
        } catch (error) {
            if (!(error instanceof MarketError) || ERROR_KINDS[error.code] === 'internal') {
                throw error;
            }
            refusal ??= error;
            if (error.code === 'ROUND_FULL') {
                break; // what is set aside stays as it is until the next round
            }
        }
    }
    return {
        agreementId,
        version,
        isChanged: !admissionCodec.isSame(before, await book.admission(agreementId)),
        reason: refusal === null ? null : { code: refusal.code, operands: operandsJson(refusal) },
    };
}

/** An amendment that may still be put into force. */
async function pendingVersion(
    ctx: TradeContext,
    agreement: Agreement,
    execution: Execution,
    version: number | null,
): Promise<Agreement | null> {
    const isOpen = execution.state === 'concluded' || execution.state === 'inForce';
    if (version === null || version <= execution.version || !isOpen) {
        return null;
    }
    const amendment = await ctx.ledger.get(AMENDMENT, agreement.agreementId, version);
    const follows = amendment?.terms.previousHash === agreement.termsHash;
    const isLate = follows && (await ctx.hasBegun(amendment.terms.concludeBeforeSlot));
    return follows && !isLate ? amendment : null;
}

function staleness(execution: Execution, version: number, named: Agreement | null): MarketError | null {
    const { agreementId, version: inForce, state } = execution;
    if (named === null && version !== inForce) {
        return marketError('VERSION_STALE', { agreementId, version, inForce });
    }
    return state === 'lapsed' ? marketError('AGREEMENT_STATE', { verb: 'admit', state }) : null;
}

/** What is in force, and nothing else: it stands whatever the limits say now. */
async function standingOf(ctx: TradeContext, { agreement, execution }: Own): Promise<Candidate> {
    const loads = await loadsInForce(ctx, agreement, execution);
    const bounds = await boundsOf(ctx, agreement.terms, []);
    return { loads, amendmentVersion: null, bounds: [bounds], isChecked: false };
}

/**
 * What is in force or may be, and an amendment.
 * @throws SLOT_BEGUN: it is too late to fund it · CONFORMITY_MISSING · CONFORMITY_EXCEEDED
 */
async function candidateOf(ctx: TradeContext, own: Own, amendment: Agreement | null): Promise<Candidate> {
    const { agreement, execution } = own;
    const { terms } = agreement;
    const isOpen = execution.state === 'concluded';
    if (!isOpen && amendment === null) {
        return await standingOf(ctx, own);
    }
    if (isOpen) {
        await ctx.demandNotBegun(reviewDeadline(terms, await ctx.charter()));
    }
    const points = await loadPoints(ctx, terms); // an amendment changes none
    const loads = isOpen ? loadsOf(terms, points, endSlot(terms)) : await loadsInForce(ctx, agreement, execution);
    const further = amendment === null ? [] : loadsOf(amendment.terms, points, endSlot(amendment.terms));
    const bounds: Bounds[] = [];
    for (const coming of [...(isOpen ? [terms] : []), ...(amendment === null ? [] : [amendment.terms])]) {
        bounds.push(await boundsOf(ctx, coming, await demandConformity(ctx, coming)));
    }
    return {
        loads: largerLoads(loads, further),
        amendmentVersion: amendment?.terms.version ?? null,
        bounds,
        isChecked: true,
    };
}

/**
 * An amendment by itself, of an agreement that is not in force and does not fit: once it is enacted, it is all there is.
 * @throws AGREEMENT_STATE {verb, state}: what is in force has to fit as well · SLOT_BEGUN · CONFORMITY_MISSING · CONFORMITY_EXCEEDED
 */
async function amendmentAlone(
    ctx: TradeContext,
    { agreement, execution: { state } }: Own,
    { terms }: Agreement,
): Promise<Candidate> {
    demand(state === 'concluded', 'AGREEMENT_STATE', { verb: 'admit', state });
    await ctx.demandNotBegun(reviewDeadline(agreement.terms, await ctx.charter()));
    const bounds = await boundsOf(ctx, terms, await demandConformity(ctx, terms));
    const loads = loadsOf(terms, await loadPoints(ctx, terms), endSlot(terms));
    return { loads, amendmentVersion: terms.version, bounds: [bounds], isChecked: true };
}

/**
 * Sets a candidate's loads aside at the points that are limited or counted; the others have no sum, so that nobody waits
 * for anybody there.
 * @throws ROUND_FULL · CONNECTION_OVERLOADED · CONFORMITY_EXCEEDED, and then nothing of it is kept
 */
async function bring(book: LoadBook, agreementId: string, candidate: Candidate): Promise<void> {
    const { bounds, isChecked } = candidate;
    const loads: Load[] = [];
    for (const load of candidate.loads) {
        if (bounds.some((each) => isLimited(each, load)) || (await book.isCounted(load))) {
            await book.count(load);
            loads.push(load);
        }
    }
    const amendmentVersion = loads.length === 0 ? null : candidate.amendmentVersion;
    const after: Admission = { agreementId, amendmentVersion, loads };
    await book.change(after, isChecked ? bounds : []);
}
