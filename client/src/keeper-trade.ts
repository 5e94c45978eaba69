import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { deadlineOf, type Offer } from '@commonwatt/chaincode/domain/offer';
import { centrallyScreened, type Screening } from '@commonwatt/chaincode/domain/screening';
import { isNegative } from '@commonwatt/chaincode/domain/verdict';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { offerCodec } from '@commonwatt/chaincode/wire/offer';
import { AdmissionRounds } from './admission-rounds.js';
import { BegunSlots } from './begun-slots.js';
import { StandingCover } from './keeper-standing.js';
import type { Step } from './keeper-step.js';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import { orNull } from './ledger.js';
import type { Market } from './market.js';
import { type OpenAgreement, OpenAgreements } from './open-agreements.js';
import type { RulesVersions } from './rules-versions.js';

/** Steps that bring trades from the table to delivery and out of it. */
export class TradeSteps {
    readonly #market: Market;
    /** Offers that may still be concluded, or have to be closed. */
    readonly #offers: KeptRecords<Offer>;
    readonly #open: OpenAgreements;
    readonly #cover: StandingCover;
    readonly #begun: BegunSlots;
    readonly #rounds: AdmissionRounds;

    constructor(market: Market, records: RecordsInBlocks) {
        this.#market = market;
        this.#offers = records.keep({
            role: 'exchange',
            name: 'offer',
            codec: offerCodec,
            idOf: ({ offerId }) => offerId,
            list: () => market.offers.list(),
            isOpen: ({ state }) => state === 'pending' || state === 'accepted',
        });
        this.#open = new OpenAgreements(market, records);
        this.#cover = new StandingCover(market, records);
        this.#begun = new BegunSlots(market);
        this.#rounds = new AdmissionRounds(market, records);
    }

    /** What can be pushed now. */
    async steps(rules: RulesVersions): Promise<Step[]> {
        this.#begun.refresh();
        const steps = await this.#ofOffers();
        const open = await this.#open.list();
        const trades: Step[] = [];
        for (const each of open) {
            trades.push(...(await this.#stepsOf(each, rules)));
        }
        return [...steps, ...(await this.#rounds.steps(open, trades)), ...trades];
    }

    /** Offers whose deadline has passed, or which everybody has accepted. */
    async #ofOffers(): Promise<Step[]> {
        const { agreements, offers } = this.#market;
        const steps: Step[] = [];
        for (const offer of this.#offers.open) {
            const { offerId, state, terms } = offer;
            const isLate = await this.#begun.has(deadlineOf(offer));
            if (state === 'pending' && !isLate) {
                continue;
            }
            const isConcluded = (await orNull(agreements.show(agreementIdOf(terms)))) !== null;
            if (isConcluded || (state === 'accepted' && isLate)) {
                this.#offers.forget(offer);
            } else if (isLate) {
                steps.push({ name: `offer:expire ${offerId}`, push: () => offers.expire(offerId) });
            } else {
                steps.push({ name: `agreement:conclude ${offerId}`, push: () => offers.conclude(offer) });
            }
        }
        return steps;
    }

    /** What can be done about an agreement that is approved, amended, refused, too late or terminated. */
    async #stepsOf(open: OpenAgreement, rules: RulesVersions): Promise<Step[]> {
        const { execution, agreement, verdict, screenings } = open;
        const { agreementId, terms } = agreement;
        const { agreements, clock } = this.#market;
        const decision = verdict?.statement.decision;
        if (execution.state === 'inForce') {
            if (!isNegative(verdict)) {
                return await this.#amendmentSteps(open, rules);
            }
            const fromSlot = await clock.firstNotBegun(terms.firstSlot, execution.endSlot);
            const push: Step['push'] = () => agreements.release(agreementId, fromSlot);
            return fromSlot < execution.endSlot ? [{ name: `agreement:release ${agreementId}`, push }] : [];
        }
        const isLate = await this.#begun.isPastReview(terms);
        if (isLate || isNegative(verdict)) {
            return [{ name: `agreement:lapse ${agreementId}`, push: () => agreements.lapse(agreementId) }];
        }
        const amends = await this.#amendmentSteps(open, rules);
        const standingId = await this.#approvalOf(agreement, decision, screenings, rules);
        const push: Step['push'] = () => agreements.fund(agreementId, standingId ?? null);
        return standingId === undefined ? amends : [...amends, { name: `agreement:fund ${agreementId}`, push }];
    }

    /** The next version, where it is proposed, approved and not void yet. */
    async #amendmentSteps(
        { amendment, amendmentVerdict, screenings }: OpenAgreement,
        rules: RulesVersions,
    ): Promise<Step[]> {
        const decision = amendmentVerdict?.statement.decision;
        if (amendment === null || isNegative(amendmentVerdict)) {
            return [];
        }
        const { agreementId, terms } = amendment;
        if (await this.#begun.has(terms.concludeBeforeSlot)) {
            return [];
        }
        const standingId = await this.#approvalOf(amendment, decision, screenings, rules);
        const { amendments } = this.#market;
        const push: Step['push'] = () => amendments.enact(agreementId, terms.version, standingId ?? null);
        return standingId === undefined ? [] : [{ name: `amendment:enact ${agreementId}`, push }];
    }

    /** By what a version may enter into force: `null`, its own verdict; an id, a standing one; `undefined`, nothing yet. */
    async #approvalOf(
        { terms, termsHash }: Agreement,
        decision: string | undefined,
        screenings: readonly Screening[],
        rules: RulesVersions,
    ): Promise<string | null | undefined> {
        const isAdmitted = centrallyScreened(terms, rules.of(terms)).every((carrier) =>
            screenings.some(
                ({ statement }) =>
                    statement.termsHash === termsHash &&
                    statement.carrier === carrier &&
                    statement.decision === 'admitted',
            ),
        );
        if (!isAdmitted) {
            return undefined;
        }
        return decision === 'approved' ? null : await this.#cover.of(terms);
    }
}
