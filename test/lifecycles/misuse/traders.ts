import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { isOpen, type Offer, PLACES_MAX } from '@commonwatt/chaincode/domain/offer';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    agreementCodec,
    agreementIdOf,
    agreementRefCodec,
    cancelCodec,
    cancellationDocument,
    concludeCodec,
    consentDocument,
    fundCodec,
    proposeAmendmentCodec,
    releaseCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import {
    acceptCodec,
    counterCodec,
    makeCodec,
    markBody,
    offerCodec,
    offerIdOf,
    offerRefCodec,
    withdrawOfferCodec,
} from '@commonwatt/chaincode/wire/offer';
import type { DocumentBody } from '@commonwatt/chaincode/wire/signature';
import { withFolds } from '../../support/folds.js';
import { SLOTS, slotAt, STANDING_ID, SUBJECTS } from '../world.js';
import * as commands from '../../support/market-commands.js';
import { AGENT } from './base.js';
import { type Abuse, type Misuser } from './misuser.js';

/** Terms that cost or bind somebody otherwise than was agreed anywhere. */
function bent(by: Misuser, terms: Terms): Terms {
    const { draw } = by;
    const firstSlot = draw.once(3) ? by.slot() : Math.min(by.scene.nextSlot + draw.nat(3), slotAt(SLOTS - 1));
    const slotCount = draw.once(60) ? 192 : Math.max(1, Math.min(terms.slotCount, slotAt(SLOTS) - firstSlot));
    const energy = draw.once(12) ? 10n ** 12n : draw.of([null, 1n, 10n, 900n]);
    const price = draw.once(12) ? 10n ** 12n : draw.of([null, 0n, 399_999n, -99_999n]);
    const ofSlots = <Value>(values: readonly Value[], other: Value): Value[] =>
        Array.from({ length: slotCount }, (_, index) => values[index] ?? other);
    return {
        ...terms,
        version: 1,
        previousHash: null,
        salt: draw.hash(),
        firstSlot,
        slotCount,
        concludeBeforeSlot: draw.once(6) ? by.slot() : firstSlot,
        legs: terms.legs.map((leg) => ({
            ...leg,
            energyWh: ofSlots(energy === null ? leg.energyWh : [], energyWh(energy ?? 1n)),
            priceMicroPerKwh: ofSlots(price === null ? leg.priceMicroPerKwh : [], priceMicroPerKwh(price ?? 0n)),
        })),
        conversions: energy === null && price === null ? terms.conversions : [],
        defaultRateMicroPerKwh: priceMicroPerKwh(draw.of([0n, 100_000n, 10n ** 7n, 10n ** 12n])),
        defaultCapNano: amountNano(draw.of([0n, 10n ** 8n, 10n ** 12n, 10n ** 27n])),
        toleranceBp: draw.of([0, 500, 10_000]),
        takeOrPay: draw.once(2),
        parties: terms.parties.map((party) => ({ ...party, lane: draw.once(6) ? by.lane() : party.lane })),
    };
}

/** Whom the agent may sign for, it signs for; accomplices sign anything; of who is honest there is what it gave elsewhere. */
function signature(by: Misuser, document: DocumentBody, participantId: string): Consent | null {
    if (isPrincipals(by, participantId) && !by.draw.once(5)) {
        const signer = commands.agentOf(by.me, by.scene.base.mandate);
        return commands.signed(document, participantId, signer);
    }
    if (!by.honest.has(participantId)) {
        return commands.signed(document, participantId, by.keyOf(participantId));
    }
    const given = by.scene.agreements.flatMap(({ consents }) => consents);
    const stolen = given.filter((consent) => consent.participantId === participantId);
    const forged = { ...commands.signed(document, participantId, by.me) };
    const { keyId } = by.scene.who(participantId).key;
    return by.draw.of([null, forged, { ...forged, keyId }, by.draw.orElse(stolen, [forged])]);
}

const signatures = (by: Misuser, document: DocumentBody, { parties }: Terms): Consent[] =>
    parties.flatMap(({ participantId }) => signature(by, document, participantId) ?? []);

const isSubject = ({ name }: Misuser): boolean => Object.hasOwn(SUBJECTS, name);

/** Whose move it is: mostly its own, where it is a party; an agent's mostly its principal's. */
function mover(by: Misuser, { parties }: Terms): string {
    const own = parties.filter(({ participantId }) => participantId === by.name || isPrincipals(by, participantId));
    return (by.draw.once(5) ? by.draw.of(parties) : by.draw.orElse(own, parties)).participantId;
}

/** A deal among accomplices, or with the agent's principal; else one that somebody honest is to be drawn into. */
function deal(by: Misuser): Terms {
    const isFavoured = ({ parties }: Terms): boolean =>
        (!isSubject(by) || parties.some(({ participantId }) => participantId === by.name)) &&
        parties.every(({ participantId }) => !by.honest.has(participantId) || isPrincipals(by, participantId));
    const terms = by.draw.once(3) ? by.known().terms : by.draw.orElse(by.drafts.filter(isFavoured), by.drafts);
    return bent(by, terms);
}

const isPrincipals = (by: Misuser, participantId: string): boolean =>
    by.name === AGENT && participantId === by.scene.base.mandate.principalId;

const offer = (by: Misuser): Offer | null => {
    const all = by.scene.all('offer', offerCodec);
    const pending = all.filter(({ state }) => state === 'pending');
    return all.length === 0 ? null : by.draw.orElse(by.draw.once(4) ? all : pending, all);
};

const make: Abuse = (by) => {
    const terms = deal(by);
    const proposerId = mover(by, terms);
    const proposal = { answersId: null, terms: { ...terms, proposerId } };
    const document: DocumentBody = isOpen(proposal)
        ? ['commonwatt/offer/1', markBody('make', offerIdOf(proposal), 1)]
        : consentDocument(proposal.terms);
    const own = signature(by, document, proposerId) ?? commands.signed(document, proposerId, by.me);
    const { mandateId } = own;
    return makeCodec.encode({ proposal, place: by.draw.nat(PLACES_MAX), mandateId, signature: own.signature });
};

/** A move on somebody's offer; without any, the offer is made. */
const onOffer =
    (move: (by: Misuser, on: Offer, participantId: string) => string): Abuse =>
    (by) => {
        const on = offer(by);
        return on === null ? makeless(by) : move(by, on, mover(by, on.terms));
    };
const makeless = (by: Misuser): string => offerRefCodec.encode({ offerId: by.draw.hash() });

const signedMove = (
    by: Misuser,
    document: DocumentBody,
    participantId: string,
): Pick<Consent, 'mandateId' | 'signature'> => {
    const { mandateId, signature: own } =
        signature(by, document, participantId) ?? commands.signed(document, participantId, by.me);
    return { mandateId, signature: own };
};

/** What stays once delivery has begun. */
const liabilityOf = (
    terms: Terms,
): Pick<Terms, 'defaultRateMicroPerKwh' | 'defaultCapNano' | 'toleranceBp' | 'takeOrPay'> => {
    const { defaultRateMicroPerKwh, defaultCapNano, toleranceBp, takeOrPay } = terms;
    return { defaultRateMicroPerKwh, defaultCapNano, toleranceBp, takeOrPay };
};

/** Another version of what is agreed: dearer, longer, or with nothing left in it. */
function nextVersion(by: Misuser): Readonly<{ agreementId: string; terms: Terms }> {
    const own = by.scene.agreements.filter(({ terms: { parties } }) =>
        parties.every(({ participantId }) => !by.honest.has(participantId) || isPrincipals(by, participantId)),
    );
    const { agreementId, terms } = by.draw.once(3)
        ? by.known()
        : by.draw.orElse<ReturnType<typeof by.known>>(own, [by.known()]);
    const changed = bent(by, terms);
    const { proposerId, salt, parties, firstSlot } = terms;
    const keeps = by.draw.once(5) ? {} : { proposerId, salt, parties, firstSlot, ...liabilityOf(terms) };
    const slotCount = Math.max(1, changed.slotCount);
    const version = terms.version + (by.draw.once(5) ? 2 : 1);
    const next = { ...changed, ...keeps, version, slotCount, previousHash: termsHashOf(terms) };
    return {
        agreementId: agreementId ?? agreementIdOf(terms),
        terms: { ...next, concludeBeforeSlot: by.draw.once(4) ? by.slot() : next.firstSlot + slotCount },
    };
}

/** What takes parties: offers, agreements, their next versions and their ends. */
export const TRADERS_ABUSES = {
    'exchange offer:make': make,
    'exchange offer:counter': onOffer((by, on, participantId) => {
        const keeps = by.draw.once(6) ? {} : { parties: on.terms.parties };
        const terms = { ...bent(by, on.terms), ...keeps, proposerId: participantId };
        const round = on.rounds.length + (by.draw.once(6) ? 2 : 1);
        const own = signedMove(by, consentDocument(terms), participantId);
        return counterCodec.encode({ offerId: on.offerId, round, terms, ...own });
    }),
    'exchange offer:accept': onOffer((by, on, participantId) => {
        const own = signedMove(by, consentDocument(on.terms), participantId);
        return acceptCodec.encode({ offerId: on.offerId, round: on.rounds.length, participantId, ...own });
    }),
    'exchange offer:withdraw': onOffer((by, on, participantId) => {
        const document: DocumentBody = ['commonwatt/offer/1', markBody('withdraw', on.offerId, on.rounds.length)];
        const own = signedMove(by, document, participantId);
        return withdrawOfferCodec.encode({ offerId: on.offerId, round: on.rounds.length, participantId, ...own });
    }),
    'exchange offer:expire': onOffer((_by, on) => offerRefCodec.encode({ offerId: on.offerId })),
    'exchange consent:withdraw': (by) => {
        const { agreementId, terms } = by.known();
        const participantId = by.draw.once(2) ? by.participantId() : by.draw.of(terms.parties).participantId;
        const isAgents = isPrincipals(by, participantId);
        const signer = isAgents ? commands.agentOf(by.me, by.scene.base.mandate) : by.keyOf(participantId);
        return commands.withdraw(terms, participantId, signer, agreementId ?? agreementIdOf(terms));
    },
    'exchange agreement:conclude': (by) => {
        const terms = deal(by);
        const consents = signatures(by, consentDocument(terms), terms);
        const command = concludeCodec.encode({ terms, consents, folds: [] });
        return by.draw.once(4) ? command : withFolds(by.scene.ledger, command);
    },
    'exchange agreement:fund': (by) => {
        const { agreementId, terms } = by.known();
        const standingId = by.draw.once(3) ? null : STANDING_ID;
        return fundCodec.encode({ agreementId: agreementId ?? agreementIdOf(terms), standingId });
    },
    'exchange admission:run': (by) => {
        const named = Array.from({ length: 1 + by.draw.nat(3) }, () => by.known());
        const ids = new Set(named.map(({ agreementId, terms }) => agreementId ?? agreementIdOf(terms)));
        const fromSlot = by.draw.once(2) ? by.scene.nextSlot : by.slot();
        return commands.admit([...ids], 1 + by.draw.nat(2), fromSlot);
    },
    'exchange agreement:release': (by) => {
        const { agreementId, terms } = by.known();
        const fromSlot = by.draw.once(2) ? by.scene.nextSlot : by.slot();
        return releaseCodec.encode({ agreementId: agreementId ?? agreementIdOf(terms), fromSlot });
    },
    'exchange agreement:cancel': (by) => {
        const { agreementId, terms } = by.known();
        const fromSlot = by.draw.once(2) ? by.scene.nextSlot : by.slot();
        const { version } = terms;
        const cancellation = { agreementId: agreementId ?? agreementIdOf(terms), version, fromSlot };
        return cancelCodec.encode({
            cancellation,
            consents: signatures(by, cancellationDocument(cancellation), terms),
        });
    },
    'exchange agreement:lapse': (by) => {
        const { agreementId, terms } = by.known();
        return agreementRefCodec.encode({ agreementId: agreementId ?? agreementIdOf(terms) });
    },
    'exchange amendment:propose': (by) => {
        const { agreementId, terms } = nextVersion(by);
        const consents = signatures(by, consentDocument(terms, agreementId), terms);
        return proposeAmendmentCodec.encode({ agreementId, terms, consents });
    },
    'exchange amendment:enact': (by) => {
        const proposed = by.scene.all('amendment', agreementCodec);
        const { agreementId, terms } = by.draw.orElse<{ agreementId: string; terms: Terms }>(proposed, [
            nextVersion(by),
        ]);
        const fromSlot = by.draw.once(4) ? by.slot() : by.scene.nextSlot;
        const standingId = by.draw.once(3) ? null : STANDING_ID;
        return enactCodec.encode({ agreementId, version: terms.version, fromSlot, standingId, folds: [] });
    },
} as const satisfies Readonly<Record<string, Abuse>>;
