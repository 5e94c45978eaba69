import {
    type Carrier,
    CARRIERS,
    type Charter,
    isLot,
    LOT_CARRIERS,
    mayBringParticipant,
    METERED_CARRIERS,
} from './charter.js';
import { demand } from './errors.js';
import type { ParticipantKind } from './participant-kind.js';

export { PARTICIPANT_KINDS, type ParticipantKind } from './participant-kind.js';

export const SECTORS = ['residential', 'commercial', 'industrial'] as const;
/** Class of a consumer or prosumer (paper §2.2); null for professional subjects. */
export type Sector = (typeof SECTORS)[number];

const NETWORK_CARRIERS = ['electricity', 'heat', 'cooling', 'gas'] as const satisfies readonly Carrier[];

/**
 * What each kind of subject trades by its nature (paper §2.2); the regulator's permits choose from it. Mobility is what
 * charge points hand over to vehicles, and take back from them; coal and oil are traded by the lot.
 */
const TRADES: Readonly<Record<ParticipantKind, Readonly<{ buy: readonly Carrier[]; sell: readonly Carrier[] }>>> = {
    consumer: { buy: NETWORK_CARRIERS, sell: [] },
    prosumer: { buy: NETWORK_CARRIERS, sell: ['electricity', 'heat'] },
    prosumerWithStorage: { buy: NETWORK_CARRIERS, sell: NETWORK_CARRIERS },
    storageProvider: { buy: NETWORK_CARRIERS, sell: NETWORK_CARRIERS },
    energySeller: { buy: CARRIERS, sell: CARRIERS },
    plant: { buy: [...NETWORK_CARRIERS, ...LOT_CARRIERS], sell: [...NETWORK_CARRIERS, ...LOT_CARRIERS] },
    chargingOperator: { buy: ['electricity', 'mobility'], sell: ['electricity', 'mobility'] },
    evFleet: { buy: ['mobility'], sell: ['mobility'] },
    networkOperator: { buy: METERED_CARRIERS, sell: METERED_CARRIERS },
};

/** @throws TRADE_NOT_OF_KIND {participantId, kind, carrier, side} */
export function demandTradeOfKind(participant: Participant, carrier: Carrier, side: 'buy' | 'sell'): void {
    const { participantId, kind } = participant;
    const trades =
        TRADES[kind][side].includes(carrier) || (side === 'buy' && isLot(carrier) && isIndustrial(participant));
    demand(trades, 'TRADE_NOT_OF_KIND', { participantId, kind, carrier, side });
}

/** Industrial consumers burn what no network brings. */
const isIndustrial = ({ kind, sector }: Participant): boolean => kind === 'consumer' && sector === 'industrial';

/** A subject of the market: one certificate, one signing key, known by a pseudonym. */
export type Participant = Readonly<{
    participantId: string;
    kind: ParticipantKind;
    sector: Sector | null;
    mspId: string;
    /** Hash of MSP and certificate subject. */
    subjectHash: string;
    /** P-256 public key that signs agreements, SPKI in hex. */
    publicKey: string;
    /** MSP that profits from this participant's trades besides its own; halts by that MSP exempt it from nothing. */
    beneficialOwnerMspId: string | null;
}>;

/** What the owner of a participant's key and of its next one sign. */
export type KeyRotation = Readonly<{ participantId: string; oldKeyId: string; newPublicKey: string }>;

/** One key of a participant gave way to the next. */
export type KeySuccession = Readonly<{
    rotation: KeyRotation;
    oldPublicKey: string;
    /** By the old key; `null` when it was lost: then nothing that rests on it goes on under the new one. */
    oldSignature: string | null;
    /** By the new key: its possession. */
    newSignature: string;
}>;

/** An administrator lets a member of its organisation replace a lost key by this one. */
export type KeyPermit = Readonly<{ participantId: string; keyId: string }>;

/**
 * Admits an application: the participant exists from now on and may do nothing until the regulator qualifies it.
 * @throws ORG_NOT_ADMITTED {mspId, kind} · PARTICIPANT_CONFLICT {participantId}
 */
export function applyAsParticipant(
    charter: Charter,
    existing: Participant | null,
    applicant: Participant,
): Participant {
    const { mspId, kind, participantId } = applicant;
    demand(mayBringParticipant(charter, mspId, kind), 'ORG_NOT_ADMITTED', { mspId, kind });
    const same =
        existing === null ||
        (existing.subjectHash === applicant.subjectHash &&
            existing.publicKey === applicant.publicKey &&
            existing.kind === kind &&
            existing.sector === applicant.sector &&
            existing.beneficialOwnerMspId === applicant.beneficialOwnerMspId);
    demand(same, 'PARTICIPANT_CONFLICT', { participantId });
    return applicant;
}
