import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Offer, turnOf } from '@commonwatt/chaincode/domain/offer';
import { admitCodec } from '@commonwatt/chaincode/wire/admission';
import {
    agreementIdOf,
    agreementRefCodec,
    cancelCodec,
    cancellationCodec,
    concludeCodec,
    type Fold,
    fundCodec,
    proposeAmendmentCodec,
    releaseCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { acceptCodec, counterCodec, makeCodec, offerCodec, offerIdOf } from '@commonwatt/chaincode/wire/offer';
import { creditCodec } from '@commonwatt/chaincode/wire/account';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { consentOf } from '../support/market-commands.js';
import * as commands from '../support/market-commands.js';
import { SCOPE } from '../support/signing-key.js';
import type { Identity } from '../support/stub-identity.js';
import { amended, at } from './drafting.js';
import { screen } from './oversight.js';
import type { DrawnAgreement, Move } from './plan.js';
import type { Answer, Player } from './player.js';
import { must } from './broken.js';
import { slotAt, STANDING_ID } from './world.js';

/** Credits that one debit may fold. */
const FOLDS_TRIED_MAX = 16;
/** Beyond what any round of a bargain adds, so that forged terms are nobody's. */
const FORGED_RAISE = 1_000;

/** One agreement of a lifecycle, from its first draft on. */
export class Trade {
    readonly #player: Player;
    readonly drawn: DrawnAgreement;
    readonly agreementId: string;
    /** First terms, as far as they are agreed. */
    readonly terms: Terms;
    readonly #place: number;

    constructor(player: Player, drawn: DrawnAgreement, terms: Terms, place: number) {
        this.#player = player;
        this.drawn = drawn;
        this.#place = place;
        // A bargain ends with other prices than it began with: what is concluded is the last round.
        this.terms = drawn.rounds > 1 ? bargained(terms, drawn.rounds, drawn.rounds) : terms;
        this.agreementId = agreementIdOf(this.terms);
        this.#first = terms;
    }
    readonly #first: Terms;

    /** Terms in force; the first ones before there are any. */
    get current(): Terms {
        return this.#player.watch.agreement(this.agreementId)?.terms ?? this.terms;
    }

    get isConcluded(): boolean {
        return this.#player.watch.agreement(this.agreementId) !== undefined;
    }

    #consents(terms: Terms): Consent[] {
        return terms.parties.map(({ participantId }) => this.#consent(terms, participantId, this.agreementId));
    }

    /** Concludes what everyone signed, after a bargain on the ledger or without one. */
    async conclude(): Promise<void> {
        const consents = this.drawn.rounds > 0 ? await this.#bargain() : this.#consents(this.terms);
        await this.#withFolds((folds) => {
            const command = concludeCodec.encode({ terms: this.terms, consents, folds });
            return this.#player.exchange('stranger', 'agreement:conclude', command);
        });
    }

    async review(decision: 'approved' | 'rejected' | 'terminated', terms = this.current): Promise<void> {
        const verb = { approved: 'approve', rejected: 'reject', terminated: 'terminate' } as const;
        const { agreementId } = this;
        const command = commands.decide(this.#player.who('reviewer'), terms, decision, { agreementId });
        await this.#player.supervision('reviewer', `verdict:${verb[decision]}`, command);
    }

    async fund(stage: number): Promise<void> {
        const { agreementId } = this;
        const standingId = this.drawn.review === 'standing' ? STANDING_ID : null;
        if (this.isConcluded) {
            await screen(this.#player, this.current, agreementId, this.drawn.terms.circle[0] ?? 1);
            await this.admit(stage, this.current.version);
        }
        await this.#player.exchange('stranger', 'agreement:fund', fundCodec.encode({ agreementId, standingId }));
    }

    /** Has capacity set aside for a version, or given back. */
    async admit(stage: number, version: number): Promise<void> {
        const command = admitCodec.encode({
            versions: [{ agreementId: this.agreementId, version }],
            fromSlot: slotAt(stage),
        });
        await this.#player.exchange('stranger', 'admission:run', command);
    }

    /** Signs, proposes, mostly has it approved, and enacts the next version. */
    async amend(stage: number, move: Move): Promise<void> {
        const { agreementId } = this;
        const agreement = this.#player.watch.agreement(agreementId);
        if (agreement === undefined) {
            return;
        }
        const fromSlot = slotAt(stage);
        const terms = amended(agreement.terms, agreement.termsHash, fromSlot, move);
        const consents = this.#consents(terms);
        const proposal = proposeAmendmentCodec.encode({ agreementId, terms, consents });
        await this.#player.exchange('stranger', 'amendment:propose', proposal);
        const standingId = move.pick % 4 === 0 ? STANDING_ID : null;
        if (standingId === null && move.pick % 7 !== 0) {
            await this.review('approved', terms);
        }
        const { version } = terms;
        await screen(this.#player, terms, agreementId, move.pick);
        if (move.pick % 5 > 0) {
            await this.admit(stage, version);
        }
        await this.#withFolds((folds) => {
            const command = enactCodec.encode({ agreementId, version, fromSlot, standingId, folds });
            return this.#player.exchange('stranger', 'amendment:enact', command);
        });
    }

    async cancel(stage: number): Promise<void> {
        const command = this.#cancellation(stage, (participantId) => this.#player.who(participantId));
        await this.#player.exchange('stranger', 'agreement:cancel', command);
    }

    #cancellation(stage: number, signerOf: (participantId: string) => Identity): string {
        const { agreementId } = this;
        const { version, parties } = this.current;
        const cancellation = { agreementId, version, fromSlot: slotAt(stage) };
        const body = cancellationCodec.toJson(cancellation);
        const consents = parties.map(({ participantId }): Consent => {
            const { keyId } = this.#player.who(participantId).key;
            const { key } = signerOf(participantId);
            const signature = key.signDocument('commonwatt/cancellation/1', SCOPE.exchange, body);
            return { participantId, mandateId: null, keyId, signature };
        });
        return cancelCodec.encode({ cancellation, consents });
    }

    async release(stage: number): Promise<void> {
        const command = releaseCodec.encode({ agreementId: this.agreementId, fromSlot: slotAt(stage) });
        await this.#player.exchange('stranger', 'agreement:release', command);
    }

    async lapse(): Promise<Answer> {
        return this.#player.exchange(
            'stranger',
            'agreement:lapse',
            agreementRefCodec.encode({ agreementId: this.agreementId }),
        );
    }

    async withdraw(pick: number): Promise<void> {
        const { participantId } = at(this.terms.parties, pick);
        const command = commands.withdraw(this.terms, participantId, this.#player.who(participantId), this.agreementId);
        await this.#player.exchange(participantId, 'consent:withdraw', command);
    }

    /** Concludes, or changes, or ends with one signature that is not the party's own. */
    async forge(what: 'consent' | 'amendment' | 'cancellation', stage: number, move: Move): Promise<void> {
        const { agreementId } = this;
        const { participantId } = at(this.current.parties, move.pick);
        const forger = this.#player.who('stranger');
        if (what === 'cancellation') {
            const command = this.#cancellation(stage, (id) => (id === participantId ? forger : this.#player.who(id)));
            await this.#attempt('a forged cancellation', 'agreement:cancel', command);
            return;
        }
        const agreement = this.#player.watch.agreement(agreementId);
        const isFirst = what === 'consent' || agreement === undefined;
        const terms = isFirst
            ? bargained(this.terms, FORGED_RAISE + move.pick, move.pick)
            : amended(agreement.terms, agreement.termsHash, slotAt(stage), move);
        const id = isFirst ? agreementIdOf(terms) : agreementId;
        const others = terms.parties.filter((party) => party.participantId !== participantId);
        const genuine = others.map((party) => this.#consent(terms, party.participantId, id));
        const old = this.#consent(this.terms, participantId, this.agreementId);
        const keyId = this.#player.who(participantId).key.keyId;
        const forged: (Consent | null)[] = [
            null,
            old,
            { ...consentOf(terms, participantId, forger, id), keyId },
            consentOf(terms, participantId, forger, id),
        ];
        const chosen = at(forged, move.pick);
        const consents = chosen === null ? genuine : [...genuine, chosen];
        if (isFirst) {
            const command = concludeCodec.encode({ terms, consents, folds: [] });
            await this.#attempt('a forged consent', 'agreement:conclude', command);
        } else {
            const command = proposeAmendmentCodec.encode({ agreementId, terms, consents });
            await this.#attempt('a forged amendment', 'amendment:propose', command);
        }
    }

    #attempt(what: string, verb: string, command: string): Promise<void> {
        return this.#player.attempt(what, { name: 'stranger', chaincode: 'exchange', verb, command });
    }

    /** Who speaks for a party: itself, or its agent. */
    #caller(participantId: string): string {
        return (this.drawn.byAgents ? this.#player.mandates.get(participantId)?.agentId : null) ?? participantId;
    }

    #consent(terms: Terms, participantId: string, agreementId: string): Consent {
        this.#player.watch.signed(termsHashOf(terms), participantId);
        const signer = this.#player.signerOf(participantId, this.drawn.byAgents);
        return consentOf(terms, participantId, signer, agreementId);
    }

    /** First terms on the ledger, counter-offers by the others in turn, then everyone accepts. */
    async #bargain(): Promise<readonly Consent[]> {
        const { rounds } = this.drawn;
        const proposal = { answersId: null, terms: rounds > 1 ? this.#first : this.terms };
        const { proposerId } = proposal.terms;
        const { mandateId, signature } = this.#consent(proposal.terms, proposerId, agreementIdOf(proposal.terms));
        const made = makeCodec.encode({ proposal, place: this.#place, mandateId, signature });
        await this.#player.exchange(this.#caller(proposerId), 'offer:make', made);
        const offerId = offerIdOf(proposal);
        for (let round = 2; round <= rounds; round += 1) {
            const isLast = round === rounds;
            const terms = isLast ? this.terms : bargained(this.#first, round, round);
            const own = this.#consent(terms, terms.proposerId, agreementIdOf(terms));
            const countered = counterCodec.encode({
                offerId,
                round,
                terms,
                mandateId: own.mandateId,
                signature: own.signature,
            });
            await this.#player.exchange(this.#caller(terms.proposerId), 'offer:counter', countered);
        }
        for (const participantId of this.#waited(offerId)) {
            const accepted = this.#consent(this.terms, participantId, this.agreementId);
            const command = acceptCodec.encode({
                offerId,
                round: rounds,
                participantId,
                mandateId: accepted.mandateId,
                signature: accepted.signature,
            });
            await this.#player.exchange(this.#caller(participantId), 'offer:accept', command);
        }
        return this.#offer(offerId)?.consents ?? [];
    }

    #offer(offerId: string): Offer | null {
        const text = this.#player.ledger.read('exchange', `offer/${offerId}`)?.value.toString('utf8');
        return text === undefined ? null : offerCodec.decode(text);
    }

    #waited(offerId: string): string[] {
        const offer = this.#offer(offerId);
        return offer === null ? [] : turnOf(offer);
    }

    /** Names more of a party's credits as long as the market says that its lane falls short. */
    async #withFolds(send: (folds: readonly Fold[]) => Promise<Answer>): Promise<void> {
        const folds = new Map<string, string[]>();
        for (let tries = 0; tries < FOLDS_TRIED_MAX; tries += 1) {
            const named = [...folds].map(([participantId, sourceIds]) => ({ participantId, sourceIds }));
            const { code, operands } = await send(named);
            if (code !== 'ACCOUNT_UNDERFUNDED') {
                return;
            }
            const participantId = String(operands['participantId']);
            const missing = BigInt(String(operands['neededNano'])) - BigInt(String(operands['heldNano']));
            const used = folds.get(participantId) ?? [];
            const more = this.#credits(participantId, used, missing);
            if (more.length === 0) {
                return;
            }
            folds.set(participantId, [...used, ...more]);
        }
        must(false, 'a debit is covered or refused after a few tries', { agreementId: this.agreementId });
    }

    /** The largest credits that cover what is missing; none when all of them do not. */
    #credits(participantId: string, used: readonly string[], missing: bigint): string[] {
        const credits = this.#player.ledger
            .range('exchange', `credit/${participantId}/`, `credit/${participantId}0`)
            .map(([, { value }]) => creditCodec.decode(value.toString('utf8')))
            .filter(({ sourceId }) => !used.includes(sourceId))
            .sort((left, right) => (left.amountNano > right.amountNano ? -1 : 1));
        const chosen: string[] = [];
        let found = 0n;
        for (const { sourceId, amountNano } of credits) {
            if (found < missing) {
                chosen.push(sourceId);
                found += amountNano;
            }
        }
        return found < missing ? [] : chosen;
    }
}

/** The terms with other prices, as another party would have them in a round. */
function bargained(terms: Terms, raise: number, round: number): Terms {
    const { participantId } = at(terms.parties, round + terms.parties.length - 1);
    return {
        ...terms,
        proposerId: participantId,
        legs: terms.legs.map((leg) => ({
            ...leg,
            priceMicroPerKwh: leg.priceMicroPerKwh.map((price) => priceMicroPerKwh(price + BigInt(raise))),
        })),
    };
}
