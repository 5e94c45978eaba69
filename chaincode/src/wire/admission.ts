import { z } from 'zod';
import type { Admission } from '../domain/admission.js';
import { type Load, type Loading, LOADING_SLOTS } from '../domain/loading.js';
import type { Json } from './canonical.js';
import { codec } from './codec.js';
import { carrierField, hashField, idField, resultEnergyField, slotField, versionField } from './fields.js';

/** Most versions that one round of admission takes up. */
export const ROUND_VERSIONS_MAX = 64;
/** Slots of the longest delivery are fewer; legs and points of the largest agreement bring no more loads than this. */
const LOADS_MAX = 64;
const SLOTS_MAX = 256;
const ADMISSION_BYTES_MAX = 512 * 1024;

const column = z.array(resultEnergyField).max(SLOTS_MAX);
const load: z.ZodType<Load> = z
    .strictObject({
        carrier: carrierField,
        pointId: idField,
        firstSlot: slotField,
        importWh: column,
        exportWh: column,
        soldWh: column,
    })
    .refine(
        ({ importWh, exportWh, soldWh }) => importWh.length === exportWh.length && exportWh.length === soldWh.length,
        'all sides have as many slots',
    );

export const loadingCodec = codec<Loading>(
    load.refine(({ importWh }) => importWh.length === LOADING_SLOTS, 'a record has 96 slots'),
);

export const admissionCodec = codec<Admission>(
    z.strictObject({
        agreementId: hashField,
        amendmentVersion: versionField.nullable(),
        loads: z.array(load).max(LOADS_MAX),
    }),
    ADMISSION_BYTES_MAX,
);

/**
 * A point of which what is in force is counted, or is being counted: from now on nothing comes into force there that is not
 * admitted, so that nothing is missed behind the place where counting goes on.
 */
export type CountedPoint = Readonly<{
    carrier: Load['carrier'];
    pointId: string;
    /** The agreement that is counted next; `null` once all are. */
    next: Readonly<{ firstSlot: number; agreementId: string }> | null;
}>;
export const countedPointCodec = codec<CountedPoint>(
    z.strictObject({
        carrier: carrierField,
        pointId: idField,
        next: z.strictObject({ firstSlot: slotField, agreementId: hashField }).nullable(),
    }),
);

/** Names an agreement in force by a point of its legs: what the first count of a point scans. */
export type AgreementAtPoint = Readonly<{
    carrier: Load['carrier'];
    pointId: string;
    firstSlot: number;
    agreementId: string;
}>;
export const agreementAtPointCodec = codec<AgreementAtPoint>(
    z.strictObject({ carrier: carrierField, pointId: idField, firstSlot: slotField, agreementId: hashField }),
);

/** A version that is in force, or waits to be: of the agreement or an amendment of it. */
export type VersionRef = Readonly<{ agreementId: string; version: number }>;
const versionRef = z.strictObject({ agreementId: hashField, version: versionField });

/** Versions that are admitted in this order, as far as they fit. */
export type AdmitCommand = Readonly<{
    versions: readonly VersionRef[];
    /** The first slot that has not begun. */
    fromSlot: number;
}>;
export const admitCodec = codec<AdmitCommand>(
    z.strictObject({
        versions: z
            .array(versionRef)
            .min(1)
            .max(ROUND_VERSIONS_MAX)
            .refine(
                (versions) => new Set(versions.map(({ agreementId }) => agreementId)).size === versions.length,
                'an agreement named twice',
            ),
        fromSlot: slotField,
    }),
);

/** What a round did about one version. */
export type AdmissionOutcome = Readonly<{
    agreementId: string;
    version: number;
    /** Whether something was set aside or given back. */
    isChanged: boolean;
    /** Why it was left, as an error's code and operands; `null` where it may enter into force as far as points are limited. */
    reason: Readonly<{ code: string; operands: Readonly<Record<string, Json>> }> | null;
}>;
const operand = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
export const admissionOutcomesCodec = codec<readonly AdmissionOutcome[]>(
    z.array(
        z.strictObject({
            agreementId: hashField,
            version: versionField,
            isChanged: z.boolean(),
            reason: z.strictObject({ code: z.string().max(64), operands: z.record(z.string(), operand) }).nullable(),
        }),
    ),
);

export const admissionQueryCodec = codec(z.strictObject({ agreementId: hashField }));
export const loadingQueryCodec = codec(z.strictObject({ carrier: carrierField, pointId: idField, slot: slotField }));
