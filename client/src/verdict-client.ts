import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Decision, StandingStatement, StandingVerdict, Verdict } from '@commonwatt/chaincode/domain/verdict';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { LOOKUPS_MAX, lookupsCodec, type Page, type PageQuery } from '@commonwatt/chaincode/wire/query';
import {
    decideCodec,
    standingCodec,
    standingStatementCodec,
    standingVerdictCodec,
    verdictCodec,
    verdictQueryCodec,
    verdictStatementCodec,
} from '@commonwatt/chaincode/wire/verdict';
import { everyItem, type Ledger, orNull } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** The agreement that was reviewed, as `agreements.show` gives it: the verdict counts for these very terms. */
export type Reviewed = Pick<Agreement, 'agreementId' | 'termsHash' | 'terms'>;

/** One version of one agreement. */
export type VersionRef = Readonly<{ agreementId: string; version: number }>;

/** The regulator's review; its reviewers sign each verdict. */
export class VerdictClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /** @throws ForbiddenError CALLER_NOT_SEATED · ConflictError VERDICT_CONFLICT · UnavailableError without the regulator's peer */
    async approve(reviewed: Reviewed, reasonCode: string): Promise<Committed<Verdict>> {
        return await this.#decide('approve', 'approved', reviewed, reasonCode);
    }

    /** Final. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError VERDICT_CONFLICT · UnavailableError */
    async reject(reviewed: Reviewed, reasonCode: string): Promise<Committed<Verdict>> {
        return await this.#decide('reject', 'rejected', reviewed, reasonCode);
    }

    /** Stops an agreement from its next slot on. Final. @throws ForbiddenError CALLER_NOT_SEATED · ConflictError VERDICT_CONFLICT · UnavailableError */
    async terminate(reviewed: Reviewed, reasonCode: string): Promise<Committed<Verdict>> {
        return await this.#decide('terminate', 'terminated', reviewed, reasonCode);
    }

    /**
     * Approves in advance every agreement within bounds; the next sequence replaces or revokes it.
     * @throws ForbiddenError CALLER_NOT_SEATED · ConflictError VERDICT_CONFLICT · UnavailableError
     */
    async standing(content: Omit<StandingStatement, 'sequence'>): Promise<Committed<StandingVerdict>> {
        const find = async (): Promise<StandingVerdict | undefined> =>
            (await this.listStanding()).find((each) => each.statement.standingId === content.standingId);
        const statement = numbered(
            standingStatementCodec,
            (await find())?.statement,
            (stated) => stated.sequence,
            (sequence) => ({ ...content, sequence }),
        );
        const { sequence } = statement;
        const body = standingStatementCodec.toJson(statement);
        const { keyId, signature } = await this.#ledger.sign('commonwatt/standing-verdict/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            'verdict:standing',
            () => standingCodec.encode({ statement, signature }),
            standingVerdictCodec.decode,
            async () => {
                const now = await find();
                return now?.statement.sequence === sequence && now.keyId === keyId ? now : null;
            },
        );
    }

    /** @throws NotFoundError AGREEMENT_MISSING {agreementId} when the regulator has said nothing of this version */
    async show(agreementId: string, version: number): Promise<Verdict> {
        return await this.#ledger.evaluate(
            'supervision',
            'verdict:show',
            () => verdictQueryCodec.encode({ agreementId, version }),
            verdictCodec.decode,
        );
    }

    /** What the regulator has said of each of these versions, `null` of those it has said nothing of: few queries for many. */
    async of(versions: readonly VersionRef[]): Promise<(Verdict | null)[]> {
        const verdicts: (Verdict | null)[] = [];
        for (let from = 0; from < versions.length; from += LOOKUPS_MAX) {
            const lookups = versions
                .slice(from, from + LOOKUPS_MAX)
                .map(({ agreementId, version }) => ({ type: 'verdict' as const, agreementId, version }));
            const answers = await this.#ledger.evaluate(
                'supervision',
                'registry:look-up',
                () => lookupsCodec.encode(lookups),
                (payload) => JSON.parse(payload) as readonly (Json | null)[],
            );
            verdicts.push(...answers.map((answer) => (answer === null ? null : verdictCodec.fromJson(answer))));
        }
        return verdicts;
    }

    async pageStanding(query: PageQuery): Promise<Page<StandingVerdict>> {
        return await this.#ledger.page('supervision', 'verdict:list-standing', query, standingVerdictCodec);
    }

    async listStanding(): Promise<readonly StandingVerdict[]> {
        return await everyItem((query) => this.pageStanding(query));
    }

    async #decide(
        verb: 'approve' | 'reject' | 'terminate',
        decision: Decision,
        reviewed: Reviewed,
        reasonCode: string,
    ): Promise<Committed<Verdict>> {
        const { agreementId, termsHash } = reviewed;
        const { version } = reviewed.terms;
        const statement = { agreementId, version, termsHash, decision, reasonCode };
        const body = verdictStatementCodec.toJson(statement);
        const { signature } = await this.#ledger.sign('commonwatt/verdict/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            `verdict:${verb}`,
            () => decideCodec.encode({ statement, signature }),
            verdictCodec.decode,
            async () => {
                const now = await orNull(this.show(agreementId, version));
                return now?.statement.decision === decision ? now : null;
            },
        );
    }
}
