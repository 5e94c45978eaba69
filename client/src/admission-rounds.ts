import type { Admission } from '@commonwatt/chaincode/domain/admission';
import {
    admissionCodec,
    type AdmissionOutcome,
    ROUND_VERSIONS_MAX,
    type VersionRef,
} from '@commonwatt/chaincode/wire/admission';
import type { Step } from './keeper-step.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import type { OpenAgreement } from './open-agreements.js';

/** Finds the rounds of admission that change something: for what is about to enter into force, and what gives back. */
export class AdmissionRounds {
    readonly #market: Market;
    /** Agreements for which something is set aside, until they are over and have given it back. */
    readonly #admissions: KeptRecords<Admission>;
    /** Versions that have asked for capacity before. */
    #seen: ReadonlySet<string> = new Set();

    /** @param records to be refreshed before each turn */
    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#admissions = records.keep({
            role: 'exchange',
            name: 'admission',
            codec: admissionCodec,
            idOf: ({ agreementId }) => agreementId,
            list: () => market.admissions.list(),
            isOpen: ({ loads }) => loads.length > 0,
        });
    }

    /**
     * @param open agreements that are concluded or in force
     * @param trades what could be pushed next: each `agreement:fund` and `amendment:enact` asks for capacity first
     */
    async steps(open: readonly OpenAgreement[], trades: readonly Step[]): Promise<Step[]> {
        const waiting = this.#waiting(open, trades);
        const taken = new Set(waiting.map(({ agreementId }) => agreementId));
        const giving = (await this.givingBack(open)).filter(({ agreementId }) => !taken.has(agreementId));
        const openIds = new Set(open.map(({ execution }) => execution.agreementId));
        const due: VersionRef[] = [];
        for (const versions of roundsOf([...giving, ...waiting])) {
            for (const { agreementId, version, isChanged, reason } of await this.#market.admissions.preview(versions)) {
                if (isDue({ isChanged, reason })) {
                    due.push({ agreementId, version });
                } else if (!openIds.has(agreementId)) {
                    this.#forget(agreementId); // it is over, and has given back what it does not need
                }
            }
        }
        return roundsOf(due).map((versions) => ({
            name: `admission:run ${versions[0]?.agreementId ?? ''}`,
            push: () => this.#market.admissions.run(versions),
        }));
    }

    /**
     * Versions that ask for capacity: each once as soon as its parties have concluded it, so that neither of them can sign
     * the same capacity away again meanwhile, and when it is about to enter into force.
     */
    #waiting(open: readonly OpenAgreement[], trades: readonly Step[]): VersionRef[] {
        const due = new Set(trades.map(({ name }) => name));
        const seen = new Set<string>();
        const waiting = open.flatMap(({ execution, agreement, amendment }): VersionRef[] => {
            const { agreementId, terms } = agreement;
            const asks = [
                {
                    version: terms.version,
                    isOpen: execution.state === 'concluded',
                    step: `agreement:fund ${agreementId}`,
                },
                {
                    version: amendment?.terms.version ?? 0,
                    isOpen: amendment !== null,
                    step: `amendment:enact ${agreementId}`,
                },
            ].filter(({ version, isOpen, step }) => {
                const name = `${agreementId}/${String(version)}`;
                seen.add(name);
                return isOpen && (due.has(step) || !this.#seen.has(name));
            });
            return asks.map(({ version }) => ({ agreementId, version }));
        });
        this.#seen = seen;
        return waiting;
    }

    /** Agreements that may hold more than they need: those that are over, and those whose amendment is in force or void. */
    async givingBack(open: readonly OpenAgreement[]): Promise<VersionRef[]> {
        const versions = new Map(open.map(({ execution }) => [execution.agreementId, execution]));
        const giving: VersionRef[] = [];
        for (const admission of this.#admissions.open) {
            const { agreementId, amendmentVersion } = admission;
            const execution = versions.get(agreementId);
            if (execution === undefined) {
                const over = await orNull(this.#market.agreements.show(agreementId));
                giving.push({ agreementId, version: over?.execution.version ?? 1 });
            } else if (amendmentVersion !== null && amendmentVersion <= execution.version) {
                giving.push({ agreementId, version: execution.version });
            }
        }
        return giving;
    }

    #forget(agreementId: string): void {
        const admission = this.#admissions.open.find((each) => each.agreementId === agreementId);
        if (admission !== undefined) {
            this.#admissions.forget(admission);
        }
    }
}

/** Whether a round that was previewed does something about a version: now, or after it has counted what is in force. */
export const isDue = ({ isChanged, reason }: Pick<AdmissionOutcome, 'isChanged' | 'reason'>): boolean =>
    isChanged || reason?.code === 'ROUND_FULL';

/** Rounds that take up all of these in their order, no agreement twice in one. */
export function roundsOf(versions: readonly VersionRef[]): VersionRef[][] {
    const rounds: VersionRef[][] = [];
    for (const each of versions) {
        const last = rounds.at(-1);
        const isFull = last === undefined || last.length === ROUND_VERSIONS_MAX;
        if (isFull || last.some(({ agreementId }) => agreementId === each.agreementId)) {
            rounds.push([each]);
        } else {
            last.push(each);
        }
    }
    return rounds;
}
