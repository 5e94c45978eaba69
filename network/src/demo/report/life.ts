import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { Leg } from '@commonwatt/chaincode/domain/agreement';
import type { EventRecord } from '@commonwatt/client';
import type { FoundAgreement } from '../findings.js';
import type { Facts } from './facts.js';

export type Flow = 'energy' | 'information' | 'value';

/** Something that happened to the agreement, in a block. */
export type Moment = Readonly<{ block: number; flow: Flow; what: string; key: boolean }>;

/** One slot of the agreement's first leg. */
export type LifeSlot = Readonly<{
    slot: number;
    agreedWh: bigint;
    deliveredWh: bigint;
    paidNano: bigint;
    defaultNano: bigint;
    /** Blocks of the readings that the slot needed, and of its settlement. */
    readBlock: number | null;
    settledBlock: number | null;
}>;

export type Life = Readonly<{
    agreementId: string;
    leg: Leg;
    moments: readonly Moment[];
    slots: readonly LifeSlot[];
}>;

/** The agreement with the most to tell: negotiated in most rounds, and with default amounts. */
export function lifeOf(facts: Facts): Life | null {
    const { agreements, offers } = facts.findings;
    const rounds = new Map(offers.map((offer) => [agreementIdOf(offer.terms), offer.rounds.length]));
    const eventful = (each: FoundAgreement): number => {
        const { agreementId } = each.agreement;
        const defaults = slotsOf(facts, each).filter(({ defaultNano }) => defaultNano > 0n).length;
        return (rounds.get(agreementId) ?? 0) * 10 + Math.min(defaults, 9);
    };
    const [chosen] = agreements
        .filter(({ agreement, funded }) => funded && rounds.has(agreement.agreementId))
        .sort((left, right) => eventful(right) - eventful(left));
    const leg = chosen?.agreement.terms.legs[0];
    if (chosen === undefined || leg === undefined) {
        return null;
    }
    const { agreementId } = chosen.agreement;
    return { agreementId, leg, moments: momentsOf(facts, chosen), slots: slotsOf(facts, chosen) };
}

function slotsOf(facts: Facts, { agreement }: FoundAgreement): LifeSlot[] {
    const { agreementId, terms } = agreement;
    const [leg] = terms.legs;
    if (leg === undefined) {
        return [];
    }
    const settledIn = blocksOfSettlements(facts.findings.events, leg.carrier);
    const readIn = [leg.sellerPoint, leg.buyerPoint].map((pointId) => blocksOfReadings(facts.findings.events, pointId));
    const [firstSlot = 0] = facts.findings.slots;
    return facts.findings.settlements
        .filter(({ carrier }) => carrier === leg.carrier)
        .flatMap(({ slot, legs }) => {
            const result = legs.find((each) => each.agreementId === agreementId && each.leg === 0);
            const reads = readIn.flatMap((blocks) => blocks[slot - firstSlot] ?? []);
            return result === undefined
                ? []
                : [
                      {
                          slot,
                          agreedWh: result.agreedWh,
                          deliveredWh: result.deliveredWh,
                          paidNano: result.paymentNano,
                          defaultNano: result.defaults.reduce((total, { drawnNano }) => total + drawnNano, 0n),
                          readBlock: reads.length === 0 ? null : Math.max(...reads),
                          settledBlock: settledIn.get(slot) ?? null,
                      },
                  ];
        });
}

function blocksOfSettlements(events: readonly EventRecord[], carrier: string): Map<number, number> {
    return new Map(
        events.flatMap(({ event, blockNumber }) =>
            event.name === 'SettlementRun/1' && event.payload.carrier === carrier
                ? [[event.payload.slot, blockNumber] as const]
                : [],
        ),
    );
}

/** Blocks of a point's readings, in the order of the slots: a meter reads each slot once. */
const blocksOfReadings = (events: readonly EventRecord[], pointId: string): number[] =>
    events.flatMap(({ event, blockNumber }) =>
        event.name === 'ReadingsSubmitted/1' && event.payload.pointIds.includes(pointId) ? [blockNumber] : [],
    );

/** What an event says about the agreement: to whom or what it must refer, the flow it belongs to, and words for it. */
type Telling = Readonly<{ about: string; flow: Flow; what: string; key: boolean }>;

function momentsOf(facts: Facts, { agreement }: FoundAgreement): Moment[] {
    const { agreementId, terms } = agreement;
    const offer = facts.findings.offers.find((each) => agreementIdOf(each.terms) === agreementId);
    const subjects = new Set([
        agreementId,
        offer?.offerId ?? agreementId,
        ...terms.parties.map(({ participantId }) => participantId),
    ]);
    return facts.findings.events.flatMap(({ event, blockNumber: block }) =>
        [...beforehand(event), ...inNegotiation(event), ...inForce(event)]
            .filter(({ about }) => subjects.has(about))
            .map(({ flow, what, key }) => ({ block, flow, what, key })),
    );
}

type Told = EventRecord['event'];

function beforehand(event: Told): Telling[] {
    switch (event.name) {
        case 'ParticipantApplied/1': {
            const { participantId } = event.payload;
            return [{ about: participantId, flow: 'information', what: `${participantId} applies`, key: false }];
        }
        case 'QualificationChanged/1': {
            const { participantId } = event.payload;
            return [{ about: participantId, flow: 'information', what: `${participantId} is qualified`, key: false }];
        }
        case 'DepositAccepted/1': {
            const { participantId } = event.payload;
            return [{ about: participantId, flow: 'value', what: `${participantId} pays in`, key: false }];
        }
        default:
            return [];
    }
}

function inNegotiation(event: Told): Telling[] {
    const told = (about: string, what: string): Telling[] => [{ about, flow: 'information', what, key: true }];
    switch (event.name) {
        case 'OfferProposed/1':
            return told(event.payload.offerId, `${event.payload.makerId} offers`);
        case 'OfferCountered/1':
            return told(event.payload.offerId, `${event.payload.proposerId} counters: round ${event.payload.round}`);
        case 'OfferAccepted/1':
            return told(event.payload.offerId, `${event.payload.participantId} accepts`);
        default:
            return [];
    }
}

function inForce(event: Told): Telling[] {
    switch (event.name) {
        case 'AgreementConcluded/1':
            return [
                { about: event.payload.agreementId, flow: 'information', what: 'concluded, signed by all', key: true },
            ];
        case 'VerdictGiven/1': {
            const what = `the regulator has ${event.payload.decision} it`;
            return [{ about: event.payload.agreementId, flow: 'information', what, key: true }];
        }
        case 'AgreementFunded/1': {
            const { agreementId, standingId } = event.payload;
            const what = standingId === null ? 'by its verdict' : 'approved by the standing verdict';
            return [
                { about: agreementId, flow: 'information', what, key: true },
                { about: agreementId, flow: 'value', what: 'escrow is set aside', key: true },
            ];
        }
        case 'SettlementRun/1':
            return event.payload.closedAgreementIds.map((about) => ({
                about,
                flow: 'value' as const,
                what: 'what is left of the escrow goes back',
                key: true,
            }));
        default:
            return [];
    }
}
