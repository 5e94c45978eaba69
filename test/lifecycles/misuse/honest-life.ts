import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Carrier, CARRIERS } from '@commonwatt/chaincode/domain/charter';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import { INITIAL_RUN } from '@commonwatt/chaincode/domain/settlement';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { costWithin, worstCase } from '@commonwatt/chaincode/domain/worst-case';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { creditCodec } from '@commonwatt/chaincode/wire/account';
import {
    agreementIdOf,
    agreementRefCodec,
    fundCodec,
    releaseCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { makeCodec } from '@commonwatt/chaincode/wire/offer';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { settleCodec } from '@commonwatt/chaincode/wire/settlement';
import type { ExchangeVerb } from '@commonwatt/chaincode/wire/verbs';
import { must, sum } from '../broken.js';
import { WorldMeters } from '../meters.js';
import { behind, POINTS, slotAt, SLOTS, STANDING_ID, vehicleAt, type WorldPoint } from '../world.js';
import { withFolds } from '../../support/folds.js';
import { requestPayout } from '../../support/instructions.js';
import * as commands from '../../support/market-commands.js';
import { mandateIdIn } from './base.js';
import type { Draw } from './draw.js';
import type { Outcome, Scene } from './scene.js';

/** What one command can name: a settlement agent that invents deposits can credit more. */
const PAYOUT_NANO_MAX = 10n ** 27n;

/** Slots after the last delivery in which every deadline of the world's agreements has passed. */
const SLOTS_AFTER = 10;

/** Who keeps to the rules, who among them trades with nobody, what is agreed and what is only offered. */
export type Company = Readonly<{
    honest: ReadonlySet<string>;
    bystander: string;
    agreed: readonly Terms[];
    offered: readonly Terms[];
}>;

/**
 * What people do who misuse nothing: they agree, deliver, send readings, settle, and in the end take their money out by
 * the ways that nobody can close. Between their steps others do what they can.
 */
export class HonestLife {
    readonly #scene: Scene;
    readonly #draw: Draw;
    readonly #company: Company;
    readonly #meters: WorldMeters;
    #counted = 0;

    constructor(scene: Scene, draw: Draw, company: Company) {
        this.#scene = scene;
        this.#draw = draw;
        this.#company = company;
        this.#meters = new WorldMeters({ ...scene.base.world, people: scene.base.people });
    }

    /** How often others come between. */
    readonly bursts = SLOTS + 5;

    async play(others: () => Promise<void>): Promise<void> {
        const { agreed } = this.#company;
        await this.#offer();
        await others();
        for (const terms of agreed) {
            await this.#conclude(terms);
        }
        await others();
        for (const terms of agreed) {
            await this.#fund(terms);
        }
        await others();
        for (let stage = 1; stage <= SLOTS + 1; stage += 1) {
            await this.#advanceTo(slotAt(stage));
            await this.#read();
            await others();
            await this.#settle();
        }
        await others();
        await this.#leaveByOpenDoors();
    }

    #send(verb: ExchangeVerb, command: string, name = 'stranger'): Promise<Outcome> {
        return this.#scene.send({ name, chaincode: 'exchange', verb, command });
    }

    /** Terms on the table, which their maker has signed: whoever brings the others' consents may conclude them. */
    async #offer(): Promise<void> {
        for (const [place, terms] of this.#company.offered.entries()) {
            const { proposerId } = terms;
            const proposal = { answersId: null, terms };
            const { mandateId, signature } = commands.consentOf(terms, proposerId, this.#scene.who(proposerId));
            const command = makeCodec.encode({ proposal, place, mandateId, signature });
            await this.#send('offer:make', command, proposerId);
        }
    }

    async #conclude(terms: Terms): Promise<void> {
        const signers = Object.fromEntries(
            terms.parties.map(({ participantId }) => [participantId, this.#scene.who(participantId)]),
        );
        await this.#send('agreement:conclude', withFolds(this.#scene.ledger, commands.conclude(terms, signers)));
    }

    /** The regulator says yes before it says anything else, or the standing verdict does; and there is room at the points. */
    async #fund(terms: Terms): Promise<void> {
        const isStanding = this.#draw.once(2);
        const reviewer = 'reviewer';
        if (!isStanding) {
            const command = commands.decide(this.#scene.who(reviewer), terms, 'approved');
            await this.#scene.send({ name: reviewer, chaincode: 'supervision', verb: 'verdict:approve', command });
        }
        const standingId = isStanding ? STANDING_ID : null;
        const agreementId = agreementIdOf(terms);
        await this.#send('admission:run', commands.admit([agreementId], terms.version, this.#scene.nextSlot));
        await this.#send('agreement:fund', fundCodec.encode({ agreementId, standingId }));
    }

    /** Nobody stops the time. */
    async #advanceTo(slot: number): Promise<void> {
        const { nextSlot } = this.#scene;
        if (nextSlot < slot) {
            const command = advanceCodec.encode({ fromSlot: nextSlot, toSlot: slot - 1 });
            const { end, code } = await this.#send('clock:advance', command, 'clock');
            must(end === 'done', 'time goes on', { nextSlot, code });
        }
    }

    /** Meters count what was agreed, and their readings arrive; a point whose meter was exchanged is not heard. */
    async #read(): Promise<void> {
        const over = Math.min(SLOTS, this.#scene.nextSlot - slotAt(0) - 1);
        for (; this.#counted < over; this.#counted += 1) {
            const index = this.#counted;
            POINTS.forEach((point) => {
                const agreed = { as: 'agreed', importWh: 0n, exportWh: 0n, lag: 0 } as const;
                this.#meters.count(point, agreed, this.#meterNetWh(point, slotAt(index)));
            });
            const traded = this.#traded();
            const heard = POINTS.filter(({ isMetered, carrier }) => isMetered && traded.has(carrier));
            if (heard.length === 0) {
                continue;
            }
            const readings = heard.map(({ pointId }) => this.#meters.reading(pointId, index));
            const { end } = await this.#send('reading:submit', commands.submitReadings(...readings));
            for (const reading of end === 'refused' ? readings : []) {
                await this.#send('reading:submit', commands.submitReadings(reading));
            }
        }
    }

    #meterNetWh({ pointId }: WorldPoint, slot: number): bigint {
        const vehicle = vehicleAt(pointId);
        const vehicleWh = vehicle === null ? 0n : this.#agreedNetWh(vehicle, slot);
        const all = [pointId, ...behind(pointId).map((sub) => sub.pointId)];
        return vehicleWh === 0n ? sum(all.map((each) => this.#agreedNetWh(each, slot))) : vehicleWh;
    }

    #agreedNetWh(pointId: string, slot: number): bigint {
        const inForce = this.#scene.executions.filter(
            ({ state, endSlot }) => state !== 'concluded' && state !== 'lapsed' && slot < endSlot,
        );
        const nets = inForce.flatMap(({ agreementId }) => {
            const { terms } = this.#agreement(agreementId);
            return terms.legs.map((leg) => {
                const agreed = leg.energyWh[slot - terms.firstSlot] ?? 0n;
                return (leg.sellerPoint === pointId ? agreed : 0n) - (leg.buyerPoint === pointId ? agreed : 0n);
            });
        });
        return sum(nets);
    }

    /** Anyone settles whatever is over, as often as something moves. */
    async #settle(isLast = false): Promise<void> {
        for (let moved = true; moved;) {
            moved = false;
            const over = Math.min(SLOTS, this.#scene.nextSlot - slotAt(0) - 1);
            for (let index = 0; index < over; index += 1) {
                for (const carrier of this.#unsettled(slotAt(index))) {
                    const command = settleCodec.encode({ carrier, slot: slotAt(index) });
                    const { end } = await this.#send('settlement:run', command);
                    moved = (isLast && end === 'done') || moved;
                }
            }
        }
    }

    #traded(): ReadonlySet<Carrier> {
        const traded = this.#scene.agreements.flatMap(({ terms }) => terms.legs.map(({ carrier }) => carrier));
        return new Set(traded.includes('mobility') ? [...traded, 'electricity'] : traded);
    }

    /** Carriers that somebody trades, and those that a charge point's meter counts, as far as the slot has no result. */
    #unsettled(slot: number): Carrier[] {
        const traded = this.#traded();
        return CARRIERS.filter(
            (carrier) =>
                traded.has(carrier) &&
                !this.#scene.has('exchange', ledgerKey('settlement', [carrier, slot, INITIAL_RUN])),
        );
    }

    /** Every deadline has passed: what anyone may push is pushed, and everybody honest can take all it has. */
    async #leaveByOpenDoors(): Promise<void> {
        await this.#advanceTo(slotAt(SLOTS + SLOTS_AFTER));
        await this.#read();
        for (const { agreementId } of this.#bound()) {
            await this.#send('agreement:lapse', agreementRefCodec.encode({ agreementId }));
            const fromSlot = this.#scene.nextSlot;
            await this.#send('agreement:release', releaseCodec.encode({ agreementId, fromSlot }));
        }
        await this.#settle(true);
        this.#checkSigned();
        this.#checkFree();
        this.#checkAgent();
        for (const participantId of this.#company.honest) {
            await this.#takeAll(participantId);
        }
        const { bystander } = this.#company;
        const { before } = this.#scene;
        const [was, is] = [this.#scene.wealth(bystander, before), this.#scene.wealth(bystander)];
        must(is >= was, 'who trades with nobody loses nothing', { bystander, was, is });
    }

    /** Agreements that hold somebody honest. */
    #bound(): Execution[] {
        const { honest } = this.#company;
        return this.#scene.executions.filter(({ agreementId }) =>
            this.#agreement(agreementId).terms.parties.some(({ participantId }) => honest.has(participantId)),
        );
    }

    #checkFree(): void {
        for (const { agreementId, state, holdings } of this.#bound()) {
            must(FINAL_STATES.includes(state), 'what binds somebody honest ends by its own deadlines', {
                agreementId,
                state,
                terms: this.#agreement(agreementId).terms,
            });
            const held = holdings.filter(({ energyNano, defaultNano }) => energyNano + defaultNano > 0n);
            must(held.length === 0, 'what has ended holds no money', { agreementId, state, held });
        }
    }

    /** Nobody honest is bound by what it has not signed, or its agent for it. */
    #checkSigned(): void {
        const { principalId } = this.#scene.base.mandate;
        const given = new Set([
            ...this.#company.agreed.flatMap((terms) =>
                terms.parties.map(({ participantId }) => `${participantId} ${termsHashOf(terms)}`),
            ),
            ...this.#company.offered.map((terms) => `${terms.proposerId} ${termsHashOf(terms)}`),
        ]);
        for (const { agreementId } of this.#bound()) {
            const { termsHash, consents } = this.#agreement(agreementId);
            for (const { participantId, mandateId } of consents) {
                const isAgents = participantId === principalId && mandateId === mandateIdIn(this.#scene.base);
                const isOwn =
                    !this.#company.honest.has(participantId) || isAgents || given.has(`${participantId} ${termsHash}`);
                must(isOwn, 'nobody is bound without its signature', { agreementId, participantId });
            }
        }
    }

    /** What stands under the mandate costs the principal, at worst, no more than the mandate says. */
    #checkAgent(): void {
        const { mandate } = this.#scene.base;
        const mandateId = mandateIdIn(this.#scene.base);
        const under = this.#scene.agreements.filter(({ consents }) =>
            consents.some(
                (consent) => consent.participantId === mandate.principalId && consent.mandateId === mandateId,
            ),
        );
        const worst = under.map(({ terms }) => worstCase(terms, mandate.principalId));
        const all = (of: (each: (typeof worst)[number]) => bigint): bigint => sum(worst.map(of));
        const facts = { agreements: under.length };
        must(all(({ costNano }) => costNano) <= mandate.totalCostMaxNano, 'an agent costs what it may', facts);
        must(all(({ defaultNano }) => defaultNano) <= mandate.totalDefaultMaxNano, 'an agent binds what it may', facts);
        for (let slot = slotAt(0); slot < slotAt(SLOTS); slot += 1) {
            const ofSlot = all((each) => costWithin(each, slot, slot + 1).costNano);
            must(ofSlot <= mandate.slotCostMaxNano, 'an agent costs what it may in a slot', { slot, ofSlot });
        }
    }

    /** All that is free and not owed leaves, in payouts as large as one may be. */
    async #takeAll(participantId: string): Promise<void> {
        const owed = sum(
            CARRIERS.map((carrier) => {
                const held = this.#scene.balance(`cover/${participantId}/${carrier}`);
                return held < 0n ? -held : 0n;
            }),
        );
        const freeNano = this.#scene.balance(`free/${participantId}`);
        const credits = this.#scene.all('credit', creditCodec).filter((each) => each.participantId === participantId);
        const folded = [...credits].sort((left, right) => (left.amountNano < right.amountNano ? 1 : -1));
        let leftNano = freeNano - owed;
        if (leftNano <= 0n) {
            return;
        }
        let laneNano = leftNano - sum(credits.map((credit) => credit.amountNano));
        for (let number = 1; leftNano > 0n; number += 1) {
            const nano = leftNano < PAYOUT_NANO_MAX ? leftNano : PAYOUT_NANO_MAX;
            const sources: string[] = [];
            while (laneNano < nano || nano === leftNano) {
                const credit = folded.shift();
                if (credit === undefined) {
                    break;
                }
                laneNano += credit.amountNano;
                sources.push(credit.sourceId);
            }
            const payout = { payoutId: `all-${String(number)}`, participantId, lane: 0, amountNano: amountNano(nano) };
            const command = requestPayout(this.#scene.who(participantId), payout, sources);
            const { end, code, operands } = await this.#send('account:request-payout', command, participantId);
            const facts = { participantId, nano, owed, code, operands };
            must(end === 'done', 'whoever is honest takes all that is its own', facts);
            laneNano -= nano;
            leftNano -= nano;
        }
        must(this.#scene.balance(`free/${participantId}`) === 0n, 'nothing is left behind', { participantId });
    }

    #agreement(agreementId: string): Agreement {
        const found = this.#scene.agreements.find((each) => each.agreementId === agreementId);
        must(found !== undefined, 'terms stand beside their execution', { agreementId });
        return found;
    }
}
