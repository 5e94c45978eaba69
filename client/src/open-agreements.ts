import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import type { Screening } from '@commonwatt/chaincode/domain/screening';
import type { Verdict } from '@commonwatt/chaincode/domain/verdict';
import { agreementCodec } from '@commonwatt/chaincode/wire/agreement';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { screeningCodec } from '@commonwatt/chaincode/wire/screening';
import { groupBy } from './grouped.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';

/** An agreement that waits for its funds or delivers, the version that may follow, and what the regulator says of both. */
export type OpenAgreement = Readonly<{
    execution: Execution;
    agreement: Agreement;
    verdict: Verdict | null;
    /** The next version, where it is proposed; parties that skip a number push theirs themselves. */
    amendment: Agreement | null;
    amendmentVerdict: Verdict | null;
    /** What the network operator says of any version of it. */
    screenings: readonly Screening[];
}>;

/**
 * What keepers, reviewers and screeners look at in each turn, in few queries: what is open is known from the blocks, each
 * version's terms are asked for once, because they never change, and one question is for many verdicts.
 */
export class OpenAgreements {
    readonly #market: Market;
    readonly #executions: KeptRecords<Execution>;
    readonly #amendments: KeptRecords<Agreement>;
    readonly #screenings: KeptRecords<Screening>;
    #versions = new Map<string, Agreement>();

    /** @param records to be refreshed before each turn */
    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#executions = records.keep({
            role: 'exchange',
            name: 'execution',
            codec: executionCodec,
            idOf: ({ agreementId }) => agreementId,
            list: () => market.agreements.list(),
            isOpen: ({ state }) => state === 'concluded' || state === 'inForce',
        });
        this.#amendments = records.keep({
            role: 'exchange',
            name: 'amendment',
            codec: agreementCodec,
            idOf: keyOf,
            list: () => market.amendments.list(),
            isOpen: () => true,
        });
        this.#screenings = records.keep({
            role: 'exchange',
            name: 'screening',
            codec: screeningCodec,
            idOf: ({ statement: { agreementId, version, carrier } }) => `${agreementId}/${String(version)}/${carrier}`,
            list: () => market.screenings.list(),
            isOpen: () => true,
        });
    }

    async list(): Promise<readonly OpenAgreement[]> {
        const { agreements, verdicts } = this.#market;
        const executions = this.#executions.open;
        const versions = new Map<string, Agreement>();
        for (const { agreementId, termsHash } of executions) {
            const key = `${agreementId}/${termsHash}`;
            const agreement = this.#versions.get(key) ?? (await orNull(agreements.show(agreementId)))?.agreement;
            if (agreement?.termsHash === termsHash) {
                versions.set(key, agreement); // else a peer is not there yet, or further, and the next turn sees both
            }
        }
        this.#versions = versions;
        const proposed = this.#nextVersions(executions);
        const screenings = this.#screeningsOf(executions);
        const open = executions.flatMap((execution) => {
            const { agreementId, termsHash } = execution;
            const agreement = versions.get(`${agreementId}/${termsHash}`);
            return agreement === undefined
                ? []
                : [
                      {
                          execution,
                          agreement,
                          amendment: proposed.get(agreementId) ?? null,
                          screenings: screenings.get(agreementId) ?? [],
                      },
                  ];
        });
        const said = await verdicts.of(open.map(({ agreement }) => versionOf(agreement)));
        const saidNext = await verdicts.of(open.flatMap(({ amendment }) => (amendment ? [versionOf(amendment)] : [])));
        return open.map((each, index) => ({
            ...each,
            verdict: said[index] ?? null,
            amendmentVerdict: each.amendment === null ? null : (saidNext.shift() ?? null),
        }));
    }

    /** By agreement; what is in force already, or of an agreement that is over, is forgotten. */
    #nextVersions(executions: readonly Execution[]): ReadonlyMap<string, Agreement> {
        const inForce = new Map(executions.map(({ agreementId, version }) => [agreementId, version]));
        const next = new Map<string, Agreement>();
        for (const amendment of this.#amendments.open) {
            const { agreementId, terms } = amendment;
            const version = inForce.get(agreementId);
            if (version === undefined || terms.version <= version) {
                this.#amendments.forget(amendment);
            } else if (terms.version === version + 1) {
                next.set(agreementId, amendment);
            }
        }
        return next;
    }

    /** By agreement; what is said of one that is over is forgotten. */
    #screeningsOf(executions: readonly Execution[]): ReadonlyMap<string, readonly Screening[]> {
        const openIds = new Set(executions.map(({ agreementId }) => agreementId));
        for (const screening of this.#screenings.open) {
            if (!openIds.has(screening.statement.agreementId)) {
                this.#screenings.forget(screening);
            }
        }
        return groupBy(this.#screenings.open, ({ statement }) => statement.agreementId);
    }
}

const keyOf = ({ agreementId, terms }: Agreement): string => `${agreementId}/${String(terms.version)}`;
const versionOf = ({ agreementId, terms }: Agreement): { agreementId: string; version: number } => ({
    agreementId,
    version: terms.version,
});
