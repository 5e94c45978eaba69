import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { deadlineOf } from '@commonwatt/chaincode/domain/offer';
import { centrallyScreened } from '@commonwatt/chaincode/domain/screening';
import type { StandingVerdict } from '@commonwatt/chaincode/domain/verdict';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import { BegunSlots } from './begun-slots.js';
import { StandingCover } from './keeper-standing.js';
import type { Step } from './keeper-step.js';
import type { Market } from './market.js';
import { type OpenAgreement, OpenAgreements } from './open-agreements.js';
import type { RulesVersions } from './rules-versions.js';

/** What decides, in one turn, whether versions may enter into force. */
type Approvals = Readonly<{
    standing: readonly StandingVerdict[];
    rules: RulesVersions;
    admitted: ReadonlySet<string>;
}>;

/** Steps that bring trades from the table to delivery and out of it. */
export class TradeSteps {
    readonly #market: Market;
    readonly #open: OpenAgreements;
    readonly #cover: StandingCover;
    readonly #begun: BegunSlots;

    constructor(market: Market) {
        this.#market = market;
        this.#open = new OpenAgreements(market);
        this.#cover = new StandingCover(market);
        this.#begun = new BegunSlots(market.clock);
    }

    /** What can be pushed now. */
    async steps(): Promise<Step[]> {
        this.#begun.refresh();
        return [...(await this.#ofOffers()), ...(await this.#ofAgreements())];
    }

    /** Offers whose deadline has passed, or which everybody has accepted. */
    async #ofOffers(): Promise<Step[]> {
        const { agreements, offers } = this.#market;
        const steps: Step[] = [];
        const waiting = (await offers.list()).filter(({ state }) => state === 'pending' || state === 'accepted');
        const concluded = new Set((await agreements.list()).map(({ agreementId }) => agreementId));
        for (const offer of waiting) {
            const { offerId, state, terms } = offer;
            const isOver = concluded.has(agreementIdOf(terms));
            const isLate = !isOver && (await this.#begun.has(deadlineOf(offer)));
            if (isLate && state === 'pending') {
                steps.push({ name: `offer:expire ${offerId}`, push: () => offers.expire(offerId) });
            }
            if (!isOver && !isLate && state === 'accepted') {
                steps.push({ name: `agreement:conclude ${offerId}`, push: () => offers.conclude(offer) });
            }
        }
        return steps;
    }

    /** Agreements that are approved, amended, refused, too late or terminated. */
    async #ofAgreements(): Promise<Step[]> {
        const approvals = await this.#approvals();
        const steps: Step[] = [];
        for (const open of await this.#open.list()) {
            steps.push(...(await this.#stepsOf(open, approvals)));
        }
        return steps;
    }

    async #approvals(): Promise<Approvals> {
        const { charter, screenings, verdicts } = this.#market;
        const rules = await charter.rulesVersions();
        const said = rules.areSomeCentral ? await screenings.list() : [];
        const admitted = said.filter(({ statement }) => statement.decision === 'admitted');
        return {
            rules,
            standing: await verdicts.listStanding(),
            admitted: new Set(admitted.map(({ statement }) => `${statement.termsHash}/${statement.carrier}`)),
        };
    }

    async #stepsOf(open: OpenAgreement, approvals: Approvals): Promise<Step[]> {
        const { execution, agreement, verdict } = open;
        const { agreementId, terms } = agreement;
        const { agreements, clock } = this.#market;
        const decision = verdict?.statement.decision;
        if (execution.state === 'inForce') {
            if (decision !== 'terminated') {
                return await this.#amendmentSteps(open, approvals);
            }
            const fromSlot = await clock.firstNotBegun(terms.firstSlot, execution.endSlot);
            const push: Step['push'] = () => agreements.release(agreementId, fromSlot);
            return fromSlot < execution.endSlot ? [{ name: `agreement:release ${agreementId}`, push }] : [];
        }
        const isLate = await this.#begun.has(terms.firstSlot);
        if (isLate || decision === 'rejected' || decision === 'terminated') {
            return [{ name: `agreement:lapse ${agreementId}`, push: () => agreements.lapse(agreementId) }];
        }
        const amends = await this.#amendmentSteps(open, approvals);
        const standingId = await this.#approvalOf(agreement, decision, approvals);
        const push: Step['push'] = () => agreements.fund(agreementId, standingId ?? null);
        return standingId === undefined ? amends : [...amends, { name: `agreement:fund ${agreementId}`, push }];
    }

    /** The next version, where it is proposed, approved and not void yet. */
    async #amendmentSteps({ amendment, amendmentVerdict }: OpenAgreement, approvals: Approvals): Promise<Step[]> {
        const decision = amendmentVerdict?.statement.decision;
        if (amendment === null || decision === 'rejected' || decision === 'terminated') {
            return [];
        }
        const { agreementId, terms } = amendment;
        if (await this.#begun.has(terms.concludeBeforeSlot)) {
            return [];
        }
        const standingId = await this.#approvalOf(amendment, decision, approvals);
        const { amendments } = this.#market;
        const push: Step['push'] = () => amendments.enact(agreementId, terms.version, standingId ?? null);
        return standingId === undefined ? [] : [{ name: `amendment:enact ${agreementId}`, push }];
    }

    /** By what a version may enter into force: `null`, its own verdict; an id, a standing one; `undefined`, nothing yet. */
    async #approvalOf(
        { terms, termsHash }: Agreement,
        decision: string | undefined,
        { standing, rules, admitted }: Approvals,
    ): Promise<string | null | undefined> {
        const isAdmitted = centrallyScreened(terms, rules.of(terms)).every((carrier) =>
            admitted.has(`${termsHash}/${carrier}`),
        );
        if (!isAdmitted) {
            return undefined;
        }
        return decision === 'approved' ? null : await this.#cover.of(terms, standing);
    }
}
