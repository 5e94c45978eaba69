import { z } from 'zod';
import {
    type Cover,
    type CoverTransfer,
    type Credit,
    type Deposit,
    type Lane,
    type LaneFilling,
    LANES_MAX,
} from '../domain/account.js';
import type { Indebtedness } from '../domain/indebtedness.js';
import { type Payment, PAYMENT_PURPOSES } from '../domain/payment.js';
import type { CoverDraw, Payout, PayoutPayment, PayoutRequest, PayoutReturn } from '../domain/payout.js';
import type { SubsidyFund, SubsidyPayment } from '../domain/subsidy-fund.js';
import { codec } from './codec.js';
import {
    amountField,
    carrierField,
    countField,
    distinct,
    idField,
    positiveAmountField,
    reasonField,
    signatureField,
    signedAmountField,
} from './fields.js';

/** Most credits folded in one transaction, over all its debits. */
export const FOLDS_MAX = 128;

export const laneField = countField(0, LANES_MAX - 1);
/** Names the never-deleted record a credit derives from: longer than an id, since it holds one. */
export const sourceField = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,126}$/, 'the source of a credit');

export const laneCodec = codec<Lane>(
    z.strictObject({ participantId: idField, lane: laneField, balanceNano: amountField }),
);
export const creditCodec = codec<Credit>(
    z.strictObject({ participantId: idField, sourceId: sourceField, amountNano: positiveAmountField }),
);
const depositSchema = z.strictObject({ paymentId: idField, participantId: idField, amountNano: positiveAmountField });
export const depositCodec = codec<Deposit>(depositSchema);
export const coverCodec = codec<Cover>(
    z.strictObject({ participantId: idField, carrier: carrierField, balanceNano: signedAmountField }),
);

export const indebtednessCodec = codec<Indebtedness>(
    z.strictObject({ participantId: idField, carrier: carrierField, isExhausted: z.boolean() }),
);

const coverTransferSchema = z.strictObject({
    transferId: idField,
    participantId: idField,
    carrier: carrierField,
    lane: laneField,
    amountNano: positiveAmountField,
});
export const coverTransferCodec = codec<CoverTransfer>(coverTransferSchema);

/** Moves money from a lane, after folding credits into it, into the caller's credit cover. */
export type CoverCommand = Readonly<{ transfer: CoverTransfer; sourceIds: readonly string[]; signature: string }>;
export const coverCommandCodec = codec<CoverCommand>(
    z.strictObject({
        transfer: coverTransferSchema,
        sourceIds: distinct(sourceField, FOLDS_MAX),
        signature: signatureField,
    }),
);

/** Most lanes filled in one transaction. */
export const FILLED_LANES_MAX = 256;

const laneFillingSchema = z
    .strictObject({
        fillingId: idField,
        participantId: idField,
        fromLane: laneField,
        lanes: z
            .array(z.strictObject({ lane: laneField, amountNano: positiveAmountField }))
            .min(1)
            .max(FILLED_LANES_MAX),
    })
    .refine(
        ({ fromLane, lanes }) => new Set([fromLane, ...lanes.map(({ lane }) => lane)]).size === lanes.length + 1,
        'each lane once, and not the one that is emptied',
    );
export const laneFillingCodec = codec<LaneFilling>(laneFillingSchema);

/** Moves money between lanes, after folding credits into the one it is taken from. */
export type FillLanesCommand = Readonly<{ filling: LaneFilling; sourceIds: readonly string[]; signature: string }>;
export const fillLanesCommandCodec = codec<FillLanesCommand>(
    z.strictObject({
        filling: laneFillingSchema,
        sourceIds: distinct(sourceField, FOLDS_MAX),
        signature: signatureField,
    }),
);

const coverDrawSchema = z.strictObject({
    drawId: idField,
    participantId: idField,
    carrier: carrierField,
    amountNano: positiveAmountField,
});
export const coverDrawCodec = codec<CoverDraw>(coverDrawSchema);
export type DrawCoverCommand = Readonly<{ draw: CoverDraw; signature: string }>;
export const drawCoverCommandCodec = codec<DrawCoverCommand>(
    z.strictObject({ draw: coverDrawSchema, signature: signatureField }),
);

const payoutRequest = { payoutId: idField, participantId: idField, lane: laneField, amountNano: positiveAmountField };
export const payoutCodec = codec<Payout>(
    z.strictObject({ ...payoutRequest, paymentId: idField.nullable(), returnReason: reasonField.nullable() }),
);

export const payoutRequestCodec = codec<PayoutRequest>(z.strictObject(payoutRequest));

/** Takes money from a lane, after folding credits into it, on its way out of the market. */
export type PayoutCommand = Readonly<{ payout: PayoutRequest; sourceIds: readonly string[]; signature: string }>;
export const payoutCommandCodec = codec<PayoutCommand>(
    z.strictObject({
        payout: z.strictObject(payoutRequest),
        sourceIds: distinct(sourceField, FOLDS_MAX),
        signature: signatureField,
    }),
);

const payoutPayment = { paymentId: idField, participantId: idField, payoutId: idField };
/** Which payout an external payment paid; it confirms the payout. */
export const payoutPaymentCodec = codec<PayoutPayment>(z.strictObject(payoutPayment));
/** Which payout came back, and why. */
export const payoutReturnCodec = codec<PayoutReturn>(z.strictObject({ ...payoutPayment, reasonCode: reasonField }));

export const paymentCodec = codec<Payment>(
    z.strictObject({
        paymentId: idField,
        purpose: z.enum(PAYMENT_PURPOSES),
        participantId: idField.nullable(),
        payoutId: idField.nullable(),
    }),
);

export const subsidyFundCodec = codec<SubsidyFund>(z.strictObject({ carrier: carrierField, balanceNano: amountField }));
export const subsidyPaymentCodec = codec<SubsidyPayment>(
    z.strictObject({ paymentId: idField, carrier: carrierField, amountNano: positiveAmountField }),
);
