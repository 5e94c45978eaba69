import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ErrorOperands } from '@commonwatt/chaincode/domain/errors';
import { centrallyScreened, type Screening } from '@commonwatt/chaincode/domain/screening';
import { isNegative, type Verdict } from '@commonwatt/chaincode/domain/verdict';
import type { AdmissionOutcome, VersionRef } from '@commonwatt/chaincode/wire/admission';
import { AdmissionRounds, isDue, roundsOf } from './admission-rounds.js';
import { BegunSlots } from './begun-slots.js';
import { CommonwattError } from './errors.js';
import { followRules } from './followed-rules.js';
import { StandingCover } from './keeper-standing.js';
import { RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';
import { type OpenAgreement, OpenAgreements } from './open-agreements.js';
import type { RulesVersions } from './rules-versions.js';
import { type AgreedOrder, BlockOrder, versionKey } from './screener-order.js';
import { takeTurns } from './take-turns.js';

/** What the screener did about one version on one carrier. */
export type ScreeningReport = Readonly<{
    agreementId: string;
    version: number;
    carrier: Carrier;
    decision: 'admitted' | 'refused';
    /** Where it would overload: connection, point, side and slot; `null` where it fits. */
    overload: ErrorOperands | null;
    transactionId: string | null;
    blockNumber: number | null;
    /** Why the statement could not be made. */
    refusal: CommonwattError | null;
}>;

/** A version that waits for the operator, or has its word. */
type Version = Readonly<{ version: Agreement; verdict: Verdict | null }>;
/** A version with the carriers of which the operator has said nothing. */
type Waiting = Readonly<{ version: Agreement; carriers: readonly Carrier[] }>;

/**
 * The network operator's assistant, where carriers are screened centrally: in the order in which versions were agreed,
 * it takes what is approved into a round of admission, admits what the round has set capacity aside for, and refuses what
 * would overload a connection, with the reason. What the regulator has not approved takes no capacity.
 */
export class Screener {
    readonly #market: Market;
    readonly #order: AgreedOrder;
    readonly #records: RecordsInBlocks;
    readonly #rules: () => RulesVersions;
    readonly #open: OpenAgreements;
    readonly #cover: StandingCover;
    readonly #begun: BegunSlots;
    readonly #rounds: AdmissionRounds;

    /** @param market as a dispatcher's identity @param order by default that of the blocks */
    constructor(market: Market, order: AgreedOrder = new BlockOrder(market)) {
        this.#market = market;
        this.#order = order;
        this.#records = new RecordsInBlocks(market);
        this.#rules = followRules(market, this.#records);
        this.#open = new OpenAgreements(market, this.#records);
        this.#cover = new StandingCover(market, this.#records);
        this.#begun = new BegunSlots(market);
        this.#rounds = new AdmissionRounds(market, this.#records);
    }

    /** Screens all that waits. @throws UnavailableError when nothing can be read */
    async turn(): Promise<readonly ScreeningReport[]> {
        this.#begun.refresh();
        await this.#records.refresh();
        const rules = this.#rules();
        const open = await this.#open.list();
        const said = new Map(
            open.flatMap(({ screenings }) => screenings).map((each) => [saidKey(each.statement), each]),
        );
        const waiting: Waiting[] = [];
        for (const { version, verdict } of await this.#versions(open)) {
            const { agreementId, terms } = version;
            const carriers = centrallyScreened(terms, rules.of(terms)).filter(
                (carrier) => !said.has(saidKey({ agreementId, version: terms.version, carrier })),
            );
            if (carriers.length > 0 && (await this.#isReviewed(terms, verdict))) {
                waiting.push({ version, carriers });
            }
        }
        return waiting.length === 0 ? [] : await this.#screen(await this.#rounds.givingBack(open), waiting);
    }

    /** Screens until aborted. @throws UnavailableError when nothing can be read in the first turn */
    run(signal: AbortSignal): AsyncGenerator<ScreeningReport> {
        return takeTurns(() => this.turn(), signal);
    }

    /** Versions that are not in force and still may be, in the order in which they were agreed. */
    async #versions(all: readonly OpenAgreement[]): Promise<Version[]> {
        const versions: Version[] = [];
        for (const open of all.filter(({ verdict }) => !isNegative(verdict))) {
            const { execution, agreement, verdict, amendment, amendmentVerdict } = open;
            if (execution.state === 'concluded' && !(await this.#begun.isPastReview(agreement.terms))) {
                versions.push({ version: agreement, verdict });
            }
            const isVoid =
                amendment === null ||
                isNegative(amendmentVerdict) ||
                (await this.#begun.has(amendment.terms.concludeBeforeSlot));
            if (!isVoid) {
                versions.push({ version: amendment, verdict: amendmentVerdict });
            }
        }
        const positions = await this.#order.positions();
        const positionOf = ({ version: { agreementId, terms } }: Version): number =>
            positions.get(versionKey(agreementId, terms.version)) ?? Number.MAX_SAFE_INTEGER;
        return versions.sort((left, right) => positionOf(left) - positionOf(right));
    }

    /** Takes what gives back and what waits into rounds, and says of each version that waits what became of it. */
    async #screen(giving: readonly VersionRef[], waiting: readonly Waiting[]): Promise<ScreeningReport[]> {
        const outcomes: AdmissionOutcome[] = [];
        for (const round of roundsOf([...giving, ...waiting.map(({ version }) => refOf(version))])) {
            outcomes.push(...(await this.#round(round)));
        }
        const reports: ScreeningReport[] = [];
        for (const { version, carriers } of waiting) {
            const reason = outcomes.find((outcome) => isOf(outcome, version))?.reason ?? null;
            const overload = (reason?.operands ?? null) as ErrorOperands | null;
            for (const carrier of sayableOf(reason, carriers)) {
                reports.push(await this.#say(version, carrier, overload));
            }
        }
        return reports;
    }

    async #round(versions: readonly VersionRef[]): Promise<readonly AdmissionOutcome[]> {
        const { admissions } = this.#market;
        const outcomes = await admissions.preview(versions);
        return outcomes.some(isDue) ? (await admissions.run(versions)).value : outcomes;
    }

    async #isReviewed(terms: Terms, verdict: Verdict | null): Promise<boolean> {
        return verdict === null
            ? (await this.#cover.of(terms)) !== undefined
            : verdict.statement.decision === 'approved';
    }

    async #say(version: Agreement, carrier: Carrier, overload: ErrorOperands | null): Promise<ScreeningReport> {
        const { agreementId, terms } = version;
        const decision = overload === null ? ('admitted' as const) : ('refused' as const);
        const about = { agreementId, version: terms.version, carrier, decision, overload };
        const { screenings } = this.#market;
        try {
            const { transactionId, blockNumber } =
                overload === null
                    ? await screenings.admit(version, carrier, 'fitsConnections')
                    : await screenings.refuse(version, carrier, 'connectionOverloaded');
            return { ...about, transactionId, blockNumber, refusal: null };
        } catch (error) {
            if (error instanceof CommonwattError) {
                return { ...about, transactionId: error.transactionId, blockNumber: null, refusal: error };
            }
            throw error;
        }
    }
}

const refOf = ({ agreementId, terms }: Agreement): VersionRef => ({ agreementId, version: terms.version });
const isOf = ({ agreementId, version }: VersionRef, { agreementId: id, terms }: Agreement): boolean =>
    agreementId === id && version === terms.version;

/** Carriers of which the round tells enough: all of a version that is admitted, the one that would be overloaded. */
function sayableOf(reason: AdmissionOutcome['reason'], carriers: readonly Carrier[]): readonly Carrier[] {
    if (reason === null) {
        return carriers;
    }
    return reason.code === 'CONNECTION_OVERLOADED'
        ? carriers.filter((each) => each === reason.operands['carrier'])
        : [];
}

const saidKey = ({
    agreementId,
    version,
    carrier,
}: Pick<Screening['statement'], 'agreementId' | 'version' | 'carrier'>): string =>
    `${versionKey(agreementId, version)}/${carrier}`;
