import { demand } from './errors.js';
import type { ParticipantKind } from './participant-kind.js';
import type { SeatKind } from './seat.js';
import type { PriceMicroPerKwh, SlotIndex } from './units.js';

/** Carriers that meters count, in the order in which one is made from another: conversions go downstream. */
export const METERED_CARRIERS = ['gas', 'electricity', 'heat', 'cooling', 'mobility'] as const;
/** Energy that no network carries: lots of it are delivered by a source's signed receipt. */
export const LOT_CARRIERS = ['coal', 'oil'] as const;
/** In the order in which the slots of an agreement are settled. */
export const CARRIERS = [...METERED_CARRIERS, ...LOT_CARRIERS] as const;
/** A form of energy with networks, meters and settlement of its own. */
export type Carrier = (typeof CARRIERS)[number];

export const isLot = (carrier: Carrier): boolean => LOT_CARRIERS.some((lot) => lot === carrier);

/** Whether a carrier comes before another in the order of conversion. */
export const isUpstream = (carrier: Carrier, other: Carrier): boolean =>
    CARRIERS.indexOf(carrier) < CARRIERS.indexOf(other);

/** The four sides of the market; the charter says which MSP takes each. */
export const ORG_ROLES = ['operator', 'community', 'supplier', 'regulator'] as const;
export type OrgRole = (typeof ORG_ROLES)[number];

/**
 * How an organisation's administrators are known: by an organisational unit in the certificate's name, by the SHA-256 of
 * their certificates in DER, or by either. Chaincode cannot read the channel's configuration, which says the same.
 */
export type Administrators = Readonly<{ unit: string | null; certificates: readonly string[] }>;

/**
 * The constitution of one channel, fixed when the market is established and held by both chaincodes: which MSP is
 * which side, which seats and participants it may have, the slot grid and what tells the time. No MSP is a constant in
 * code, so that the same chaincodes serve any consortium.
 */
export type Charter = Readonly<{
    orgs: Readonly<Record<OrgRole, string>>;
    /** Of each organisation, by its MSP. */
    administrators: Readonly<Record<string, Administrators>>;
    /** Kinds of seat whose holders each side names; the weak centre's reviewers are the regulator's alone. */
    seats: Readonly<Record<OrgRole, readonly SeatKind[]>>;
    /** Kinds of participant each side may bring; the regulator brings none. */
    participants: Readonly<Record<OrgRole, readonly ParticipantKind[]>>;
    chaincodes: Readonly<{ supervision: string; exchange: string }>;
    /** ISO 4217 code of the one currency of the channel. */
    currency: string;
    /** `real`: slots begin by the clocks of the endorsers; `virtual`: when the platform's seat says so. */
    clock: 'real' | 'virtual';
    slotMinutes: number;
    /** The first slot that can begin; nothing is traded before it. */
    firstSlot: SlotIndex;
    /** How long a vote on other rules lasts at least, and how long before their first slot they are enacted. */
    rulesNoticeSlots: number;
    /** No rules name a price further from zero, in the currency of the channel. */
    priceMaxMicroPerKwh: PriceMicroPerKwh;
}>;

/** @throws CHARTER_INVALID {reason} */
export function checkCharter(charter: Charter): void {
    const msps = ORG_ROLES.map((role) => charter.orgs[role]);
    const refuse = (holds: boolean, reason: string): void => {
        demand(holds, 'CHARTER_INVALID', { reason });
    };
    refuse(charter.participants.regulator.length === 0, 'the regulator brings no participants');
    refuse(charter.seats.regulator.includes('reviewer'), 'the regulator names the reviewers');
    const reviewsOnly = charter.seats.regulator.every((kind) => kind === 'reviewer' || kind === 'voter');
    refuse(reviewsOnly, 'the regulator holds no seat of the market');
    for (const role of ORG_ROLES) {
        const reviewerElsewhere = role !== 'regulator' && charter.seats[role].includes('reviewer');
        refuse(!reviewerElsewhere, 'reviewers are named by the regulator alone');
        const sharesRegulator = role !== 'regulator' && charter.orgs[role] === charter.orgs.regulator;
        refuse(!sharesRegulator, 'the regulator is an organisation of its own');
    }
    refuse(new Set(msps).size >= 3, 'at least three organisations');
    refuse(charter.chaincodes.supervision !== charter.chaincodes.exchange, 'two chaincodes');
    refuse(60 % charter.slotMinutes === 0, 'slots divide the hour');
    checkAdministrators(charter, refuse);
}

function checkAdministrators(charter: Charter, refuse: (holds: boolean, reason: string) => void): void {
    const named = Object.keys(charter.administrators);
    const organisations = organisationsOf(charter);
    const isOfOrganisations = named.every((mspId) => organisations.includes(mspId));
    refuse(isOfOrganisations, 'administrators are named of what is no organisation of the market');
    for (const mspId of organisations) {
        const { unit, certificates } = administratorsOf(charter, mspId);
        refuse(unit !== null || certificates.length > 0, `nobody administers ${mspId}`);
    }
}

const NOBODY: Administrators = { unit: null, certificates: [] };

/** Who administers an organisation; nobody an outsider. */
export const administratorsOf = (charter: Pick<Charter, 'administrators'>, mspId: string): Administrators =>
    Object.hasOwn(charter.administrators, mspId) ? (charter.administrators[mspId] ?? NOBODY) : NOBODY;

/** Who may be an administrator: what a certificate says of its holder. */
export type Certified = Readonly<{ mspId: string; units: readonly string[]; certificateHash: string }>;

/** Whether the charter makes the holder of a certificate an administrator of its organisation. */
export function isAdministrator(charter: Charter, { mspId, units, certificateHash }: Certified): boolean {
    const administrators = administratorsOf(charter, mspId);
    return isAdministratorBy(administrators, { units, certificateHash }) && rolesOfMsp(charter, mspId).length > 0;
}

/** Whether a certificate is one by which an organisation's administrators are known. */
export const isAdministratorBy = (
    { unit, certificates }: Administrators,
    { units, certificateHash }: Omit<Certified, 'mspId'>,
): boolean => (unit !== null && units.includes(unit)) || certificates.includes(certificateHash);

/** Sides that an MSP takes; empty for an outsider. */
export function rolesOfMsp(charter: Charter, mspId: string): OrgRole[] {
    return ORG_ROLES.filter((role) => charter.orgs[role] === mspId);
}

/** The organisations of the market, each once: an MSP may take several sides. */
export const organisationsOf = (charter: Pick<Charter, 'orgs'>): string[] => [
    ...new Set(ORG_ROLES.map((role) => charter.orgs[role])),
];

/** Whether an MSP may name holders of this kind of seat. */
export function mayNameSeat(charter: Charter, mspId: string, kind: SeatKind): boolean {
    return rolesOfMsp(charter, mspId).some((role) => charter.seats[role].includes(kind));
}

/** Whether an MSP may bring participants of this kind. */
export function mayBringParticipant(charter: Charter, mspId: string, kind: ParticipantKind): boolean {
    return rolesOfMsp(charter, mspId).some((role) => charter.participants[role].includes(kind));
}
