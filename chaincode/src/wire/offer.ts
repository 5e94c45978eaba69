import { z } from 'zod';
import { type Offer, OFFER_STATES, PLACES_MAX, type Proposal } from '../domain/offer.js';
import type { Terms } from '../domain/agreement.js';
import { consentsSchema, termsCodec, termsSchema } from './agreement.js';
import { canonicalJson, type Json } from './canonical.js';
import { codec } from './codec.js';
import { countField, hashField, idField, signatureField } from './fields.js';
import { PAGE_SIZE_MAX, type PageQuery } from './query.js';
import { sha256Hex } from './signature.js';

/** A stored offer is a command and what has become of it. */
const RECORD_BYTES_MAX = 128 * 1024;
/** Bounds of the decoder; the domain's are tighter and answer with a better error. */
const ITEMS_MAX = 256;

const roundField = countField(1, ITEMS_MAX);
const placeField = countField(0, PLACES_MAX - 1);

export const offerCodec = codec<Offer>(
    z.strictObject({
        offerId: hashField,
        makerId: idField,
        place: placeField,
        state: z.enum(OFFER_STATES),
        answersId: hashField.nullable(),
        answerId: hashField.nullable(),
        terms: termsSchema,
        rounds: z
            .array(z.strictObject({ proposerId: idField, termsHash: hashField }))
            .min(1)
            .max(ITEMS_MAX),
        consents: consentsSchema,
        marks: z
            .array(
                z.strictObject({
                    move: z.enum(['make', 'withdraw']),
                    round: roundField,
                    participantId: idField,
                    mandateId: hashField.nullable(),
                    keyId: hashField,
                    signature: signatureField,
                }),
            )
            .max(2),
    }),
    RECORD_BYTES_MAX,
);

/** Which offer stands in a place of who signed it: the maker, or its agent. */
export type OfferPlace = Readonly<{ holderId: string; place: number; offerId: string }>;
export const offerPlaceCodec = codec<OfferPlace>(
    z.strictObject({ holderId: idField, place: placeField, offerId: hashField }),
);

/** Id of an offer: hash of its maker and its first content, whose salt tells apart offers that are alike. */
export const offerIdOf = ({ answersId, terms }: Proposal): string =>
    sha256Hex(
        canonicalJson({
            answersId,
            domain: 'commonwatt/offer-id/1',
            makerId: terms.proposerId,
            terms: termsCodec.toJson(terms),
        }),
    );

/** What is signed by a move that consents to no terms. The id stands for the offer's content, the round for its table. */
export const markBody = (move: 'make' | 'withdraw', offerId: string, round: number): Json => ({ move, offerId, round });

/** Every move is signed by its party, or by an agent for it: `mandateId` names the mandate. */
type Signed = Readonly<{ mandateId: string | null; signature: string }>;
const signed = { mandateId: hashField.nullable(), signature: signatureField };

/** `signature` consents to the terms; of an open offer it is over `markBody`. The maker is the terms' proposer. */
export type MakeCommand = Readonly<{ proposal: Proposal; place: number }> & Signed;
export const makeCodec = codec<MakeCommand>(
    z.strictObject({
        proposal: z.strictObject({ answersId: hashField.nullable(), terms: termsSchema }),
        place: placeField,
        ...signed,
    }),
);

/** Other terms as the given round; `signature` consents to them. The mover is the terms' proposer. */
export type CounterCommand = Readonly<{ offerId: string; round: number; terms: Terms }> & Signed;
export const counterCodec = codec<CounterCommand>(
    z.strictObject({ offerId: hashField, round: roundField, terms: termsSchema, ...signed }),
);

/** A party's move on the round that is on the table. */
export type MoveCommand = Readonly<{ offerId: string; round: number; participantId: string }> & Signed;
const moveSchema = z.strictObject({
    offerId: hashField,
    round: roundField,
    participantId: idField,
    ...signed,
});
/** `signature` consents to the terms of that round. */
export const acceptCodec = codec<MoveCommand>(moveSchema);
/** `signature` is over `markBody`. */
export const withdrawOfferCodec = codec<MoveCommand>(moveSchema);

export const offerRefCodec = codec<Readonly<{ offerId: string }>>(z.strictObject({ offerId: hashField }));

/** Listing of all offers, or of those in one signer's places. */
export type OfferPageQuery = PageQuery & Readonly<{ holderId: string | null }>;
export const offerPageQueryCodec = codec<OfferPageQuery>(
    z.strictObject({
        bookmark: z.string().max(512),
        pageSize: countField(1, PAGE_SIZE_MAX),
        holderId: idField.nullable(),
    }),
);
