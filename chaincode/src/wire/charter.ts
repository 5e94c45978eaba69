import { z } from 'zod';
import { type Charter, CARRIERS, ORG_ROLES } from '../domain/charter.js';
import type { EstablishedCharter } from '../domain/established-charter.js';
import { HALT_SLOTS_MAX } from '../domain/halt.js';
import { PARTICIPANT_KINDS } from '../domain/participant.js';
import { NOTICE_SLOTS_MAX } from '../domain/proposal.js';
import { NEIGHBOUR_SLOTS_MAX } from '../domain/reading.js';
import { PILOT_MEMBERS_MAX } from '../domain/relation.js';
import { type DatedRules, type Rules, SCREENINGS } from '../domain/rules.js';
import { SEAT_KINDS } from '../domain/seat.js';
import { codec } from './codec.js';
import {
    amountField,
    countField,
    distinct,
    energyField,
    hashField,
    idField,
    mspIdField,
    priceField,
    rateField,
    slotField,
    versionField,
} from './fields.js';
import { sha256Hex } from './signature.js';

const perRole = <Field extends z.ZodType>(field: Field): z.ZodRecord<z.ZodEnum<RoleEnum>, Field> =>
    z.record(z.enum(ORG_ROLES), field);
type RoleEnum = { [Role in (typeof ORG_ROLES)[number]]: Role };

const chaincodeName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'a chaincode name');

/** Most certificates by which an organisation's administrators are named. */
const ADMINISTRATORS_MAX = 8;
/** Most bytes of an organisational unit: what X.520 lets one have. */
const UNIT_CHARACTERS_MAX = 64;

const administratorsSchema = z.strictObject({
    unit: z.string().min(1).max(UNIT_CHARACTERS_MAX).nullable(),
    certificates: distinct(hashField, ADMINISTRATORS_MAX),
});

const charterSchema = z.strictObject({
    orgs: perRole(mspIdField),
    administrators: z
        .record(mspIdField, administratorsSchema)
        .refine((named) => Object.keys(named).length <= ORG_ROLES.length, 'more organisations than sides'),
    seats: perRole(distinct(z.enum(SEAT_KINDS), SEAT_KINDS.length)),
    participants: perRole(distinct(z.enum(PARTICIPANT_KINDS), PARTICIPANT_KINDS.length)),
    chaincodes: z.strictObject({ supervision: chaincodeName, exchange: chaincodeName }),
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code'),
    clock: z.enum(['real', 'virtual']),
    slotMinutes: countField(1, 60),
    firstSlot: slotField,
    rulesNoticeSlots: countField(1, NOTICE_SLOTS_MAX - 1),
    priceMaxMicroPerKwh: rateField,
});

/** Most standards that a carrier's devices conform to. */
const STANDARDS_MAX = 4;

const relationSchema = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('peerToPeer') }),
    z.strictObject({ kind: z.literal('singleBuyer'), buyerId: idField }),
    z.strictObject({ kind: z.literal('pilotGroup'), memberIds: distinct(idField, PILOT_MEMBERS_MAX) }),
]);

const carrierRulesSchema = z.strictObject({
    priceFloorMicroPerKwh: priceField,
    priceCapMicroPerKwh: priceField,
    slotEnergyMaxWh: energyField,
    referencePriceMicroPerKwh: priceField,
    imbalanceShortMicroPerKwh: priceField,
    imbalanceLongMicroPerKwh: priceField,
    networkFeeMicroPerKwh: priceField,
    screening: z.enum(SCREENINGS),
    haltRestSlots: countField(0, HALT_SLOTS_MAX),
    relation: relationSchema,
    subsidyMicroPerKwh: priceField,
    conformityStandards: distinct(idField, STANDARDS_MAX),
});

/** Up to a year of minutes after the end of a slot. */
const afterSlotsField = countField(1, 525_600);

export const rulesSchema = z.strictObject({
    version: versionField,
    carriers: z.partialRecord(z.enum(CARRIERS), carrierRulesSchema),
    haltGraceSlots: countField(0, 96),
    readingDeadlineSlots: countField(0, NEIGHBOUR_SLOTS_MAX),
    reconciliationAfterSlots: z.tuple([afterSlotsField, afterSlotsField, afterSlotsField]),
    debtLimitNano: amountField,
    votesNeeded: countField(1, ORG_ROLES.length),
});

export const charterCodec = codec<Charter>(charterSchema);
export const rulesCodec = codec<Rules>(rulesSchema);
export const datedRulesCodec = codec<DatedRules>(
    z.strictObject({ rules: rulesSchema, fromSlot: slotField, proposalId: hashField.nullable() }),
);

export const establishedCharterCodec = codec<EstablishedCharter>(
    z.strictObject({
        charter: charterSchema,
        charterHash: hashField,
        confirmedBy: distinct(mspIdField, ORG_ROLES.length),
    }),
);

/** Establishes the market: the charter for ever, the first rules until others are voted. */
export type EstablishCommand = Readonly<{ charter: Charter; rules: Rules }>;
export const establishCodec = codec<EstablishCommand>(z.strictObject({ charter: charterSchema, rules: rulesSchema }));

/** What names a charter and its first rules: SHA-256 over their canonical text. */
export const charterHashOf = (command: EstablishCommand): string => sha256Hex(establishCodec.encode(command));

/** Confirms the charter of this hash in the name of the caller's organisation. */
export const confirmCodec = codec<{ readonly charterHash: string }>(z.strictObject({ charterHash: hashField }));
