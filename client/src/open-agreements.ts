import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Verdict } from '@commonwatt/chaincode/domain/verdict';
import type { Market } from './market.js';

/** An agreement that waits for its funds or delivers, the version that may follow, and what the regulator says of both. */
export type OpenAgreement = Readonly<{
    execution: Execution;
    agreement: Agreement;
    verdict: Verdict | null;
    /** The next version, where it is proposed; parties that skip a number push theirs themselves. */
    amendment: Agreement | null;
    amendmentVerdict: Verdict | null;
}>;

/**
 * What keepers, reviewers and screeners look at in each turn, in few queries: listings, one question for many verdicts,
 * and each version's terms once, because they never change.
 */
export class OpenAgreements {
    readonly #market: Market;
    #versions = new Map<string, Agreement>();

    constructor(market: Market) {
        this.#market = market;
    }

    async list(): Promise<readonly OpenAgreement[]> {
        const { agreements, amendments, verdicts } = this.#market;
        const executions = (await agreements.list()).filter(
            ({ state }) => state === 'concluded' || state === 'inForce',
        );
        const proposed = new Map((await amendments.list()).map((each) => [keyOf(each), each]));
        const versions = new Map<string, Agreement>();
        for (const execution of executions) {
            const key = `${execution.agreementId}/${execution.termsHash}`;
            const agreement = this.#versions.get(key) ?? (await agreements.show(execution.agreementId)).agreement;
            if (agreement.termsHash === execution.termsHash) {
                versions.set(key, agreement); // else it was amended meanwhile, and the next turn sees both
            }
        }
        this.#versions = versions;
        const open = executions.flatMap((execution) => {
            const agreement = versions.get(`${execution.agreementId}/${execution.termsHash}`);
            const amendment = proposed.get(`${execution.agreementId}/${String(execution.version + 1)}`) ?? null;
            return agreement === undefined ? [] : [{ execution, agreement, amendment }];
        });
        const said = await verdicts.of(open.map(({ agreement }) => versionOf(agreement)));
        const saidNext = await verdicts.of(open.flatMap(({ amendment }) => (amendment ? [versionOf(amendment)] : [])));
        return open.map((each, index) => ({
            ...each,
            verdict: said[index] ?? null,
            amendmentVerdict: each.amendment === null ? null : (saidNext.shift() ?? null),
        }));
    }
}

const keyOf = ({ agreementId, terms }: Agreement): string => `${agreementId}/${String(terms.version)}`;
const versionOf = ({ agreementId, terms }: Agreement): { agreementId: string; version: number } => ({
    agreementId,
    version: terms.version,
});
