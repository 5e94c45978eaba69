import { z } from 'zod';
import type { Requirement, RequirementStatement } from '../domain/requirement.js';
import { codec } from './codec.js';
import {
    basisPointsField,
    carrierField,
    countField,
    energyField,
    hashField,
    reasonField,
    signatureField,
    versionField,
} from './fields.js';

/** Longest time that a network asks for: a day. */
const LEAD_SLOTS_MAX = 96;

const statement = z.strictObject({
    carrier: carrierField,
    version: versionField,
    curtailableAboveWh: energyField.nullable(),
    leadTimeSlots: countField(0, LEAD_SLOTS_MAX),
    toleranceBpMax: basisPointsField,
    reasonCode: reasonField,
});

export const requirementStatementCodec = codec<RequirementStatement>(statement);
export const requirementCodec = codec<Requirement>(
    z.strictObject({ statement, officerSubjectHash: hashField, keyId: hashField, signature: signatureField }),
);

export type PublishRequirementCommand = Readonly<{ statement: RequirementStatement; signature: string }>;
export const publishRequirementCodec = codec<PublishRequirementCommand>(
    z.strictObject({ statement, signature: signatureField }),
);
