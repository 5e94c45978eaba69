import { z } from 'zod';
import { CARRIERS } from '../domain/charter.js';
import {
    type Mandate,
    MANDATE_LANES_MAX,
    MANDATE_SOURCES_MAX,
    type MandateStatement,
    type MandateTotal,
    type MandateUse,
    SIDES,
    SIGNABLES,
    USE_SLOTS,
} from '../domain/mandate.js';
import { laneField } from './account.js';
import { canonicalJson, type Json } from './canonical.js';
import { codec } from './codec.js';
import {
    amountField,
    carrierField,
    countField,
    distinct,
    energyField,
    hashField,
    idField,
    priceField,
    resultAmountField,
    resultEnergyField,
    signatureField,
    slotField,
} from './fields.js';
import { PAGE_SIZE_MAX, type PageQuery } from './query.js';
import { sha256Hex } from './signature.js';

const statement = z.strictObject({
    principalId: idField,
    principalKeyId: hashField,
    agentId: idField,
    agentKeyId: hashField,
    documents: distinct(z.enum(SIGNABLES), SIGNABLES.length),
    mayChangeOthers: z.boolean(),
    carriers: distinct(carrierField, CARRIERS.length),
    sides: distinct(z.enum(SIDES), SIDES.length),
    priceMinMicroPerKwh: priceField,
    priceMaxMicroPerKwh: priceField,
    slotEnergyMaxWh: energyField,
    slotCostMaxNano: amountField,
    dayCostMaxNano: amountField,
    totalCostMaxNano: amountField,
    totalDefaultMaxNano: amountField,
    lanes: distinct(laneField, MANDATE_LANES_MAX),
    sourceIds: distinct(idField, MANDATE_SOURCES_MAX),
    untilSlot: slotField,
    mayDealWithAgent: z.boolean(),
    salt: hashField,
});

export const mandateStatementCodec = codec<MandateStatement>(statement);
export const mandateCodec = codec<Mandate>(
    z.strictObject({ mandateId: hashField, statement, signature: signatureField, isRevoked: z.boolean() }),
);
export const mandateUseCodec = codec<MandateUse>(
    z.strictObject({
        principalId: idField,
        mandateId: hashField,
        block: countField(0, 2_000_000_000),
        energyWh: z.array(resultEnergyField).length(USE_SLOTS),
        costNano: z.array(resultAmountField).length(USE_SLOTS),
        dayCostNano: resultAmountField,
    }),
);
export const mandateTotalCodec = codec<MandateTotal>(
    z.strictObject({
        principalId: idField,
        mandateId: hashField,
        costNano: resultAmountField,
        defaultNano: resultAmountField,
    }),
);

/** Id of a mandate: hash of what the principal signs. */
export const mandateIdOf = (mandate: MandateStatement): string =>
    sha256Hex(canonicalJson({ domain: 'commonwatt/mandate-id/1', statement: mandateStatementCodec.toJson(mandate) }));

/**
 * What is signed in a party's name. A signature under a mandate names both, or what an agent signs for itself, or for
 * one principal, would count for another.
 */
export const bodyFor = (body: Json, participantId: string, mandateId: string | null): Json =>
    mandateId === null ? body : { mandateId, principalId: participantId, signed: body };

export type GrantMandateCommand = Readonly<{ statement: MandateStatement; signature: string }>;
export const grantMandateCodec = codec<GrantMandateCommand>(z.strictObject({ statement, signature: signatureField }));

export const mandateRefCodec = codec<Readonly<{ principalId: string; mandateId: string }>>(
    z.strictObject({ principalId: idField, mandateId: hashField }),
);

/** Listing of all mandates, or of those that one principal gave. */
export type MandatePageQuery = PageQuery & Readonly<{ principalId: string | null }>;
export const mandatePageQueryCodec = codec<MandatePageQuery>(
    z.strictObject({
        bookmark: z.string().max(512),
        pageSize: countField(1, PAGE_SIZE_MAX),
        principalId: idField.nullable(),
    }),
);
