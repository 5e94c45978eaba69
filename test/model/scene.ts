import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import { heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import type { ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, agreementRefCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { liftCodec } from '@commonwatt/chaincode/wire/halt';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import * as commands from '../support/market-commands.js';
import { seatVoters } from '../support/proposal-commands.js';
import { CHARTER, FIRST_SLOT, sampleLeg, sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { DEPOSIT_NANO, StubMarket } from '../support/stub-market.js';
import type { Command } from './decisions.js';
import { type Attempt, MISUSES } from './officers.js';
import { DEADLINE_SLOTS, RULES_OF_MODEL } from './rules.js';
import { World } from './world.js';

/**
 * What can happen beside conclude, approve by a standing verdict, fund, the passing of time and settlement. Each makes
 * the number of states several times larger.
 */
export const FACETS = [
    'review',
    'amendment',
    'cancellation',
    'withdrawal',
    'halts',
    'metering',
    'reconciliation',
] as const;
export type Facet = (typeof FACETS)[number];

/** How large the world is. */
export type Bounds = Readonly<{
    parties: 2 | 3;
    legs: 1 | 2;
    slots: number;
    facets: readonly Facet[];
    /** Seats whose holders misuse them. */
    misused?: readonly SeatKind[];
}>;

/** Whose will a command needs: signatures of parties, an officer, a meter; nobody's when conditions decide. */
export type Step = Command & Readonly<{ needs: readonly string[] }>;

/** The beginning of a trade, and whatever anybody may send from then on. */
export type Scene = Readonly<{
    world: World;
    steps: readonly Step[];
    /** Parties, each of an organisation of its own. */
    partyIds: readonly string[];
    agreementId: string;
    terms: Terms;
    amended: Terms;
    market: StubMarket;
}>;

const KINDS = { retail: 'energySeller', anna: 'prosumer', grid: 'networkOperator' } as const satisfies Record<
    string,
    ParticipantKind
>;
type PartyId = keyof typeof KINDS;
const CHARTER_OF_MODEL = {
    ...CHARTER,
    participants: { ...CHARTER.participants, operator: ['networkOperator'] as const },
};

/** A market in which everybody is ready and nothing is agreed. */
export async function sceneOf({ parties, legs, slots, facets, misused = [] }: Bounds): Promise<Scene> {
    const partyIds = (['retail', 'anna', 'grid'] as const).slice(0, parties);
    const market = await StubMarket.established(CHARTER_OF_MODEL, RULES_OF_MODEL);
    for (const partyId of partyIds) {
        await join(market, partyId);
    }
    const reviewer = market.who('reviewer');
    await market.do('reviewer', 'supervision', 'verdict:standing', commands.standing(reviewer, STANDING));
    if (misused.includes('voter')) {
        await seatVoters(market);
    }
    const terms = termsOf(partyIds, legs, slots);
    const amended = amendmentOf(terms);
    const build = new Steps(market, partyIds, terms, amended);
    return {
        world: new World(market.ledger.records()),
        steps: [
            ...build.always(),
            ...facets.flatMap((facet) => build[facet]()),
            ...misused.flatMap((seat) => MISUSES[seat]({ market, terms })).map(stepIn(market)),
        ],
        partyIds,
        agreementId: agreementIdOf(terms),
        terms,
        amended,
        market,
    };
}

const stepIn =
    (market: StubMarket) =>
    ({ by, ...attempt }: Attempt): Step => ({ ...attempt, creator: market.who(by).creator });

const STANDING = { participantKinds: Object.values(KINDS) };

async function join(market: StubMarket, partyId: PartyId): Promise<void> {
    const identity = market.who(partyId);
    await market.do(partyId, 'exchange', 'participant:apply', commands.apply(identity, partyId, KINDS[partyId]));
    await market.do(
        'reviewer',
        'supervision',
        'qualification:grant',
        commands.qualify(market.who('reviewer'), partyId),
    );
    await market.registerMeter(partyId, 'electricity', true);
    await market.deposit(partyId, DEPOSIT_NANO);
}

/** The retailer sells to `anna`; a second leg brings the third party in, or pays the buyer for taking. */
function termsOf(partyIds: readonly PartyId[], legs: 1 | 2, slots: number): Terms {
    const leg = (sellerId: PartyId, buyerId: PartyId, price: bigint): Leg =>
        sampleLeg({
            sellerId,
            sellerPoint: `${sellerId}-point`,
            buyerId,
            buyerPoint: `${buyerId}-point`,
            energyWh: Array.from({ length: slots }, () => energyWh(300n)),
            priceMicroPerKwh: Array.from({ length: slots }, () => priceMicroPerKwh(price)),
        });
    const first = leg('retail', 'anna', 200_000n);
    const third = partyIds[2] ?? 'retail';
    const second = third === 'retail' ? leg('retail', 'anna', -50_000n) : leg('anna', third, 150_000n);
    return sampleTerms({
        proposerId: 'retail',
        parties: partyIds.map((participantId) => ({ participantId, lane: 0 })),
        legs: legs === 1 ? [first] : [first, second],
        slotCount: slots,
        takeOrPay: false,
        exemptions: ['halt', 'forceMajeure'],
        concludeBeforeSlot: FIRST_SLOT,
    });
}

/** The last slot is amended: more energy, at another price. */
function amendmentOf(terms: Terms): Terms {
    const last = terms.slotCount - 1;
    const [leg = sampleLeg(), ...others] = terms.legs;
    return {
        ...terms,
        version: 2,
        previousHash: termsHashOf(terms),
        legs: [
            {
                ...leg,
                energyWh: leg.energyWh.map((energy, offset) => (offset === last ? energyWh(400n) : energy)),
                priceMicroPerKwh: leg.priceMicroPerKwh.map((price, offset) =>
                    offset === last ? priceMicroPerKwh(100_000n) : price,
                ),
            },
            ...others,
        ],
        concludeBeforeSlot: FIRST_SLOT + last,
    };
}

/** Commands by facet, each signed once: a signature is drawn by chance, and would make a state of its own. */
class Steps {
    readonly #market: StubMarket;
    readonly #partyIds: readonly PartyId[];
    readonly #terms: Terms;
    readonly #amended: Terms;
    readonly #agreementId: string;
    readonly #slots: readonly number[];
    readonly #meters: ReadonlyMap<string, SigningKey>;

    constructor(market: StubMarket, partyIds: readonly PartyId[], terms: Terms, amended: Terms) {
        this.#market = market;
        this.#partyIds = partyIds;
        this.#terms = terms;
        this.#amended = amended;
        this.#agreementId = agreementIdOf(terms);
        this.#slots = terms.legs[0]?.energyWh.map((_, offset) => FIRST_SLOT + offset) ?? [];
        this.#meters = market.meters;
    }

    always(): Step[] {
        const lastTick = (this.#slots.at(-1) ?? FIRST_SLOT) + 1 + DEADLINE_SLOTS;
        const ticks = Array.from({ length: lastTick - FIRST_SLOT + 1 }, (_, offset) => FIRST_SLOT + offset);
        return [
            this.#exchange(
                'conclude',
                'agreement:conclude',
                commands.conclude(this.#terms, this.#market.people, this.#folds()),
                {
                    needs: this.#partyIds,
                },
            ),
            this.#exchange('fund under the standing verdict', 'agreement:fund', commands.fund(this.#terms, 'ordinary')),
            this.#exchange('lapse', 'agreement:lapse', agreementRefCodec.encode({ agreementId: this.#agreementId })),
            ...ticks.map((slot) =>
                this.#exchange(
                    `slot ${slot} begins`,
                    'clock:advance',
                    advanceCodec.encode({ fromSlot: slot, toSlot: slot }),
                    {
                        by: 'platform',
                    },
                ),
            ),
            ...this.#slots.map((slot) =>
                this.#exchange(
                    `settle slot ${slot}`,
                    'settlement:run',
                    canonicalJson({ carrier: 'electricity', slot }),
                ),
            ),
        ];
    }

    review(): Step[] {
        const reviewer = this.#market.who('reviewer');
        const decide = (terms: Terms, verb: 'approve' | 'reject' | 'terminate'): Step =>
            this.#regulator(
                `${verb} version ${terms.version}`,
                `verdict:${verb}`,
                commands.decide(reviewer, terms, DECISIONS[verb]),
            );
        const revoked = commands.standing(reviewer, { ...STANDING, sequence: 2, status: 'revoked' });
        return [
            ...(['approve', 'reject', 'terminate'] as const).map((verb) => decide(this.#terms, verb)),
            this.#regulator('revoke the standing verdict', 'verdict:standing', revoked),
            this.#exchange('fund under its own verdict', 'agreement:fund', commands.fund(this.#terms, null)),
            ...this.#slots.map((slot) =>
                this.#exchange(`release from slot ${slot}`, 'agreement:release', commands.release(this.#terms, slot)),
            ),
        ];
    }

    amendment(): Step[] {
        const propose = commands.proposeAmendment(this.#agreementId, this.#amended, this.#market.people);
        return [
            this.#exchange('propose version 2', 'amendment:propose', propose, { needs: this.#partyIds }),
            ...this.#slots.map((slot) =>
                this.#exchange(
                    `enact version 2 from slot ${slot}`,
                    'amendment:enact',
                    commands.enact(this.#agreementId, 2, slot),
                ),
            ),
        ];
    }

    cancellation(): Step[] {
        return [this.#terms, this.#amended].flatMap((terms) =>
            this.#slots.map((slot) =>
                this.#exchange(
                    `cancel version ${terms.version} from slot ${slot}`,
                    'agreement:cancel',
                    commands.cancel(terms, slot, this.#market.people, this.#agreementId),
                    { needs: this.#partyIds },
                ),
            ),
        );
    }

    withdrawal(): Step[] {
        return [this.#terms, this.#amended].map((terms) =>
            this.#exchange(
                `anna takes back version ${terms.version}`,
                'consent:withdraw',
                commands.withdraw(terms, 'anna', this.#market.who('anna'), this.#agreementId),
                { by: 'anna', needs: ['anna'] },
            ),
        );
    }

    halts(): Step[] {
        const period = { fromSlot: FIRST_SLOT, untilSlot: FIRST_SLOT + this.#slots.length };
        const [reviewer, dispatcher] = [this.#market.who('reviewer'), this.#market.who('dispatcher')];
        const lift = liftCodec.encode({ carrier: 'electricity', nextSlot: FIRST_SLOT });
        return [
            this.#regulator('the regulator halts', 'halt:set', commands.halt(reviewer, 'supervision', period)),
            this.#regulator('the regulator lifts its halt', 'halt:lift', lift),
            this.#exchange('the operator halts', 'halt:set', commands.halt(dispatcher, 'exchange', period), {
                by: 'dispatcher',
                needs: ['operator'],
            }),
            this.#exchange('the operator lifts its halt', 'halt:lift', lift, { by: 'dispatcher', needs: ['operator'] }),
        ];
    }

    /** Each party's meter shows that what was agreed was delivered, or that nothing was; or it stays silent. */
    metering(): Step[] {
        return this.#partyIds.flatMap((partyId) =>
            this.#slots.flatMap((slot, offset) =>
                Array.from({ length: offset + 2 }, (_, slotsShown) => this.#reading(partyId, slot, slotsShown)),
            ),
        );
    }

    reconciliation(): Step[] {
        return this.#slots.map((slot) =>
            this.#exchange(
                `reconcile slot ${slot}`,
                'settlement:reconcile',
                reconcileCodec.encode({ carrier: 'electricity', slot, run: 1 }),
            ),
        );
    }

    #reading(partyId: PartyId, slot: number, slotsShown: number): Step {
        const pointId = `${partyId}-point`;
        const shownWh = 300n * BigInt(slotsShown);
        const [importWh, exportWh] = partyId === 'retail' ? [0n, shownWh] : [shownWh, 0n];
        const meter = this.#meters.get(pointId) ?? new SigningKey();
        const reading = commands.signReading(meter, commands.readingOf(pointId, slot, importWh, exportWh));
        return this.#exchange(
            `the meter of ${partyId} shows ${shownWh} Wh at the end of slot ${slot}`,
            'reading:submit',
            commands.submitReadings(reading),
            { needs: [partyId] },
        );
    }

    /** The deposit of each party that sets money aside becomes its lane. */
    #folds(): Record<string, string[]> {
        const paying = prefunding(this.#terms).filter((holding) => heldBy(holding) > 0n);
        return Object.fromEntries(paying.map(({ participantId }) => [participantId, [`deposit.pay-${participantId}`]]));
    }

    #exchange(
        name: string,
        verb: string,
        command: string,
        { by = 'stranger', needs = [] }: Readonly<{ by?: string; needs?: readonly string[] }> = {},
    ): Step {
        return { name, chaincode: 'exchange', verb, command, creator: this.#market.who(by).creator, needs };
    }

    #regulator(name: string, verb: string, command: string): Step {
        const { creator } = this.#market.who('reviewer');
        return { name, chaincode: 'supervision', verb, command, creator, needs: ['regulator'] };
    }
}

const DECISIONS = { approve: 'approved', reject: 'rejected', terminate: 'terminated' } as const;
