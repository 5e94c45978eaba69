import { type Agreement, endSlot, type Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Connection } from '@commonwatt/chaincode/domain/connection';
import type { ErrorOperands } from '@commonwatt/chaincode/domain/errors';
import { changedLoads, type Load, loadsOf } from '@commonwatt/chaincode/domain/loading';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import { centrallyScreened, type Screening } from '@commonwatt/chaincode/domain/screening';
import { isNegative, type Verdict } from '@commonwatt/chaincode/domain/verdict';
import { connectionCodec } from '@commonwatt/chaincode/wire/connection';
import { BegunSlots } from './begun-slots.js';
import { CommonwattError } from './errors.js';
import { followRules } from './followed-rules.js';
import { StandingCover } from './keeper-standing.js';
import { type KeptRecords, RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';
import { type OpenAgreement, OpenAgreements } from './open-agreements.js';
import type { RulesVersions } from './rules-versions.js';
import { additionsOf, Capacity } from './screener-capacity.js';
import { type AgreedOrder, BlockOrder, versionKey } from './screener-order.js';
import { takeTurns } from './take-turns.js';

/** What the screener did about one version on one carrier. */
export type ScreeningReport = Readonly<{
    agreementId: string;
    version: number;
    carrier: Carrier;
    decision: 'admitted' | 'refused';
    /** Where it would overload: connection, side and slot; `null` where it fits. */
    overload: ErrorOperands | null;
    transactionId: string | null;
    blockNumber: number | null;
    /** Why the statement could not be made. */
    refusal: CommonwattError | null;
}>;

/** A version that waits for the operator, or has its word, with what it adds to the connections. */
type Version = Readonly<{ version: Agreement; verdict: Verdict | null; loads: readonly Load[] }>;

/**
 * The network operator's assistant, where carriers are screened centrally: in the order in which versions were agreed,
 * it admits what fits through the connections together with all that is in force or admitted, and refuses the rest with
 * the reason. What the regulator has not approved takes no capacity.
 */
export class Screener {
    readonly #market: Market;
    readonly #order: AgreedOrder;
    readonly #records: RecordsInBlocks;
    readonly #rules: () => RulesVersions;
    readonly #connections: KeptRecords<Connection>;
    readonly #open: OpenAgreements;
    readonly #cover: StandingCover;
    readonly #begun: BegunSlots;
    readonly #points = new Map<string, MeteringPoint>();

    /** @param market as a dispatcher's identity @param order by default that of the blocks */
    constructor(market: Market, order: AgreedOrder = new BlockOrder(market)) {
        this.#market = market;
        this.#order = order;
        this.#records = new RecordsInBlocks(market);
        this.#rules = followRules(market, this.#records);
        this.#connections = this.#records.keep({
            role: 'exchange',
            name: 'connection',
            codec: connectionCodec,
            idOf: ({ statement: { carrier, connectionPoint } }) => `${carrier}/${connectionPoint}`,
            list: () => market.connections.list(),
            isOpen: () => true,
        });
        this.#open = new OpenAgreements(market, this.#records);
        this.#cover = new StandingCover(market, this.#records);
        this.#begun = new BegunSlots(market);
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
        const versions = await this.#versions(open, said);
        const capacity = await Capacity.read(this.#market, this.#connections.open);
        for (const { version, loads } of versions) {
            const admitted = centrallyScreened(version.terms, rules.of(version.terms)).filter((carrier) =>
                isAdmitted(said, version, carrier),
            );
            await capacity.reserve(loads.filter(({ carrier }) => admitted.includes(carrier)));
        }
        const reports: ScreeningReport[] = [];
        for (const waiting of versions) {
            reports.push(...(await this.#screen(waiting, { rules, said, capacity })));
        }
        return reports;
    }

    /** Screens until aborted. @throws UnavailableError when nothing can be read in the first turn */
    run(signal: AbortSignal): AsyncGenerator<ScreeningReport> {
        return takeTurns(() => this.turn(), signal);
    }

    /** Versions that are not in force and still may be, in the order in which they were agreed. */
    async #versions(all: readonly OpenAgreement[], said: ReadonlyMap<string, Screening>): Promise<Version[]> {
        const versions: Version[] = [];
        for (const open of all.filter(({ verdict }) => !isNegative(verdict))) {
            const { execution, agreement, verdict, amendment, amendmentVerdict } = open;
            if (execution.state === 'concluded' && !(await this.#begun.isPastReview(agreement.terms))) {
                versions.push({ version: agreement, verdict, loads: await this.#loadsOf(agreement.terms) });
            }
            const isVoid =
                amendment === null ||
                isNegative(amendmentVerdict) ||
                (await this.#begun.has(amendment.terms.concludeBeforeSlot));
            if (!isVoid) {
                const loads = await this.#additions(open, amendment.terms, said);
                versions.push({ version: amendment, verdict: amendmentVerdict, loads });
            }
        }
        const positions = await this.#order.positions();
        const positionOf = ({ version: { agreementId, terms } }: Version): number =>
            positions.get(versionKey(agreementId, terms.version)) ?? Number.MAX_SAFE_INTEGER;
        return versions.sort((left, right) => positionOf(left) - positionOf(right));
    }

    async #screen(
        { version, verdict, loads }: Version,
        {
            rules,
            said,
            capacity,
        }: Readonly<{
            rules: RulesVersions;
            said: ReadonlyMap<string, Screening>;
            capacity: Capacity;
        }>,
    ): Promise<ScreeningReport[]> {
        const { agreementId, terms } = version;
        const carriers = centrallyScreened(terms, rules.of(terms)).filter(
            (carrier) => !said.has(saidKey({ agreementId, version: terms.version, carrier })),
        );
        if (carriers.length === 0 || !(await this.#isReviewed(terms, verdict))) {
            return [];
        }
        const reports: ScreeningReport[] = [];
        for (const carrier of carriers) {
            const own = loads.filter((load) => load.carrier === carrier);
            const overload = await capacity.overload(own);
            if (overload === null) {
                await capacity.reserve(own);
            }
            reports.push(await this.#say(version, carrier, overload));
        }
        return reports;
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

    async #loadsOf(terms: Terms, fromSlot = terms.firstSlot, untilSlot = endSlot(terms)): Promise<Load[]> {
        const points = new Map<string, MeteringPoint>();
        for (const pointId of new Set(terms.legs.flatMap((leg) => [leg.sellerPoint, leg.buyerPoint]))) {
            const point = this.#points.get(pointId) ?? (await this.#market.meters.show(pointId));
            this.#points.set(pointId, point); // where a point is connected never changes
            points.set(pointId, point);
        }
        return loadsOf(terms, points, fromSlot, untilSlot);
    }

    /** What an amendment adds, slot by slot, to what its agreement has in force or was admitted for. */
    async #additions(
        { execution, agreement }: OpenAgreement,
        next: Terms,
        said: ReadonlyMap<string, Screening>,
    ): Promise<Load[]> {
        const { terms } = agreement;
        const fromSlot = await this.#market.clock.firstNotBegun(terms.firstSlot, execution.endSlot);
        const before = await this.#loadsOf(terms, fromSlot, execution.endSlot);
        const counted = before.filter(
            ({ carrier }) => execution.state === 'inForce' || isAdmitted(said, agreement, carrier),
        );
        return additionsOf(changedLoads(counted, await this.#loadsOf(next, fromSlot)));
    }
}

const saidKey = ({
    agreementId,
    version,
    carrier,
}: Pick<Screening['statement'], 'agreementId' | 'version' | 'carrier'>): string =>
    `${versionKey(agreementId, version)}/${carrier}`;

function isAdmitted(
    said: ReadonlyMap<string, Screening>,
    { agreementId, terms }: Agreement,
    carrier: Carrier,
): boolean {
    const screening = said.get(saidKey({ agreementId, version: terms.version, carrier }));
    return screening?.statement.decision === 'admitted';
}
