import { z } from 'zod';
import { CARRIERS } from '../domain/charter.js';
import { PARTICIPANT_KINDS } from '../domain/participant.js';
import type { StandingStatement, StandingVerdict, Verdict, VerdictStatement } from '../domain/verdict.js';
import type { ExposureBounds } from '../domain/worst-case.js';
import { codec } from './codec.js';
import {
    amountField,
    basisPointsField,
    carrierField,
    distinct,
    energyField,
    hashField,
    idField,
    priceField,
    rateField,
    reasonField,
    signatureField,
    slotField,
    versionField,
} from './fields.js';

const verdictStatement = z.strictObject({
    agreementId: hashField,
    version: versionField,
    termsHash: hashField,
    decision: z.enum(['approved', 'rejected', 'terminated']),
    reasonCode: reasonField,
});

/** Most sources that a review lets state delivery. */
const SOURCES_MAX = 64;

export const exposureSchema = z.strictObject({
    partyCostMaxNano: amountField,
    partyDefaultMaxNano: amountField,
    defaultRateMaxMicroPerKwh: rateField,
    toleranceMaxBp: basisPointsField,
    mayTakeOrPay: z.boolean(),
    sourceIds: distinct(idField, SOURCES_MAX),
}) satisfies z.ZodType<ExposureBounds>;

const standingStatement = z.strictObject({
    standingId: idField,
    sequence: versionField,
    status: z.enum(['granted', 'revoked']),
    carriers: distinct(carrierField, CARRIERS.length),
    participantKinds: distinct(z.enum(PARTICIPANT_KINDS), PARTICIPANT_KINDS.length),
    priceMinMicroPerKwh: priceField,
    priceMaxMicroPerKwh: priceField,
    agreementEnergyMaxWh: energyField,
    exposure: exposureSchema,
    firstSlot: slotField,
    endSlot: slotField,
    reasonCode: reasonField,
});

const officer = { officerSubjectHash: hashField, keyId: hashField, signature: signatureField };

export const verdictStatementCodec = codec<VerdictStatement>(verdictStatement);
export const standingStatementCodec = codec<StandingStatement>(standingStatement);
export const verdictCodec = codec<Verdict>(z.strictObject({ statement: verdictStatement, ...officer }));
export const standingVerdictCodec = codec<StandingVerdict>(
    z.strictObject({ statement: standingStatement, ...officer }),
);

export type DecideCommand = Readonly<{ statement: VerdictStatement; signature: string }>;
export const decideCodec = codec<DecideCommand>(
    z.strictObject({ statement: verdictStatement, signature: signatureField }),
);

export type StandingCommand = Readonly<{ statement: StandingStatement; signature: string }>;
export const standingCodec = codec<StandingCommand>(
    z.strictObject({ statement: standingStatement, signature: signatureField }),
);

export const verdictQueryCodec = codec(z.strictObject({ agreementId: hashField, version: versionField }));
