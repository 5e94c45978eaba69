import { z } from 'zod';
import type { Codec } from './codec.js';
import { codec } from './codec.js';
import { carrierField, countField, hashField, idField, mspIdField, slotField } from './fields.js';
import { DECISIONS_MAX } from '../domain/dispute.js';
import { FACT_KINDS } from '../domain/fact.js';
import { SEAT_KINDS } from '../domain/seat.js';
import { canonicalJson, type Json, parseCanonical } from './canonical.js';

/** Most records a page of a listing holds. */
export const PAGE_SIZE_MAX = 200;

/** A page of a listing: records in key order; `bookmark` starts the next page and is empty on the last. */
export type Page<Item> = Readonly<{ items: readonly Item[]; bookmark: string }>;

/** What every listing is asked with. */
export const page = { bookmark: z.string().max(512), pageSize: countField(1, PAGE_SIZE_MAX) };

export type PageQuery = Readonly<{ bookmark: string; pageSize: number }>;
export const pageQueryCodec = codec<PageQuery>(z.strictObject(page));

/** Listing of what belongs to one participant. */
export type ParticipantPageQuery = PageQuery & Readonly<{ participantId: string }>;
export const participantPageQueryCodec = codec<ParticipantPageQuery>(
    z.strictObject({ ...page, participantId: idField }),
);

/** Listing of one agreement's versions, or of all. */
export type AmendmentPageQuery = PageQuery & Readonly<{ agreementId: string | null }>;
export const amendmentPageQueryCodec = codec<AmendmentPageQuery>(
    z.strictObject({ ...page, agreementId: hashField.nullable() }),
);

/** Fewest digits by which an id is looked up. */
export const ID_DIGITS_MIN = 8;
export const idPrefixField = z.string().regex(/^[0-9a-f]{8,64}$/, 'the first digits of an id, at least eight');
export const findQueryCodec = codec(z.strictObject({ prefix: idPrefixField }));

/** Listing of one metering point's readings. */
export type PointPageQuery = PageQuery & Readonly<{ pointId: string }>;
export const pointPageQueryCodec = codec<PointPageQuery>(z.strictObject({ ...page, pointId: idField }));

/** Listing of what belongs to one agreement. */
export type AgreementPageQuery = PageQuery & Readonly<{ agreementId: string }>;
export const agreementPageQueryCodec = codec<AgreementPageQuery>(z.strictObject({ ...page, agreementId: hashField }));

export type SlotQuery = Readonly<{ slot: number }>;
export const slotQueryCodec = codec<SlotQuery>(z.strictObject({ slot: slotField }));

/** Halts that reach a slot, with the slots of grace that the rules give. */
export const coveringQueryCodec = codec(
    z.strictObject({ carrier: carrierField, slot: slotField, graceSlots: countField(0, 96) }),
);
export const carrierQueryCodec = codec(z.strictObject({ carrier: carrierField }));
export const participantQueryCodec = codec(z.strictObject({ participantId: idField }));
export const pointQueryCodec = codec(z.strictObject({ pointId: idField }));

/**
 * What the exchange asks of the weak centre in one call, so that one read set covers it: the seats, qualifications,
 * verdicts and halt that decide a step. Answers stand in the same order; `null` where there is no record.
 */
const lookupSchema = z.discriminatedUnion('type', [
    z.strictObject({
        type: z.literal('seat'),
        kind: z.enum(SEAT_KINDS),
        mspId: mspIdField,
        subjectHash: hashField,
    }),
    z.strictObject({ type: z.literal('qualification'), participantId: idField }),
    z.strictObject({ type: z.literal('verdict'), agreementId: hashField, version: countField(1, 1_000_000) }),
    z.strictObject({ type: z.literal('standing'), standingId: idField }),
    z.strictObject({ type: z.literal('halt'), carrier: carrierField }),
    z.strictObject({ type: z.literal('standard'), standardId: idField }),
    z.strictObject({ type: z.literal('conformity'), pointId: idField, standardId: idField }),
    z.strictObject({
        type: z.literal('dispute-review'),
        pointId: idField,
        slot: slotField,
        raisedBy: idField,
        number: countField(1, DECISIONS_MAX),
    }),
    z.strictObject({ type: z.literal('confirmed-decision'), pointId: idField, slot: slotField }),
    z.strictObject({ type: z.literal('fact-review'), kind: z.enum(FACT_KINDS), factHash: hashField }),
]);
export type Lookup = z.output<typeof lookupSchema>;
/** Most records that one call asks for: a standard and a certificate for each of four standards of sixteen devices. */
export const LOOKUPS_MAX = 128;
export const lookupsCodec = codec<readonly Lookup[]>(z.array(lookupSchema).min(1).max(LOOKUPS_MAX));

/** Encodes a page with the codec of its items. */
export const encodePage = <Item>(page: Page<Item>, item: Codec<Item>): string =>
    canonicalJson({ bookmark: page.bookmark, items: page.items.map((each) => item.toJson(each)) });

/** Most bytes of a page's records. */
export const PAGE_BYTES_MAX = 32 * 1024 * 1024;
/** What a page holds besides: the bookmark, and what stands between records. */
const PAGE_FRAME_BYTES = 4 * 1024;

export function decodePage<Item>(text: string, item: Codec<Item>): Page<Item> {
    const json = parseCanonical(text, PAGE_BYTES_MAX + PAGE_FRAME_BYTES) as { bookmark: string; items: Json[] };
    return { bookmark: json.bookmark, items: json.items.map((each) => item.fromJson(each)) };
}
