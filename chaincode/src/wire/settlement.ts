import { z } from 'zod';
import { QUALITIES } from '../domain/estimation.js';
import { type AccountName, type Posting, POSTING_KINDS } from '../domain/posting.js';
import type { SlotClaims } from '../domain/claims.js';
import type { Settlement } from '../domain/settlement.js';
import type { Storage } from '../domain/storage-credit.js';
import { codec } from './codec.js';
import {
    amountField,
    carrierField,
    countField,
    energyField,
    hashField,
    idField,
    legField,
    resultAmountField,
    signedAmountField,
    signedEnergyField,
    slotField,
} from './fields.js';
import { page } from './query.js';

/** Most runs of a slot: the initial one, three by date, and one for each dispute after them. */
export const RUNS_MAX = 99;
const runField = countField(0, RUNS_MAX);

/** A settlement record holds every leg and point of a carrier, so it is larger than a command. */
const SETTLEMENT_BYTES_MAX = 8 * 1024 * 1024;

const accountField = z
    .string()
    .max(200)
    .regex(/^(free|escrow|cover|payout|subsidy|system)\/[a-z0-9./-]+$/) as unknown as z.ZodType<AccountName, string>;

export const postingSchema = z.strictObject({
    account: accountField,
    agreementId: hashField.nullable(),
    kind: z.enum(POSTING_KINDS),
    slot: slotField.nullable(),
    amountNano: signedAmountField,
}) satisfies z.ZodType<Posting>;

const defaultFields = {
    liableId: idField,
    payeeId: idField,
    causeLeg: legField,
    claimedNano: resultAmountField,
    drawnNano: amountField,
};

export const settlementCodec = codec<Settlement>(
    z.strictObject({
        carrier: carrierField,
        slot: slotField,
        run: runField,
        dueSlot: slotField,
        isFinal: z.boolean(),
        legs: z.array(
            z.strictObject({
                agreementId: hashField,
                leg: legField,
                agreedWh: energyField,
                shortWh: energyField,
                untakenWh: energyField,
                deliveredWh: energyField,
                paymentNano: signedAmountField,
                causes: z.array(z.strictObject({ causeLeg: legField, energyWh: energyField, isExempt: z.boolean() })),
                defaults: z.array(z.strictObject(defaultFields)),
            }),
        ),
        points: z.array(
            z.strictObject({
                pointId: idField,
                participantId: idField,
                meteredWh: signedEnergyField,
                importWh: signedEnergyField,
                exportWh: signedEnergyField,
                contractedWh: signedEnergyField,
                imbalanceWh: signedEnergyField,
                imbalanceNano: signedAmountField,
                feeNano: signedAmountField,
                storage: z
                    .strictObject({
                        chargedWh: signedEnergyField,
                        creditedWh: energyField,
                        reexportedWh: signedEnergyField,
                        feeCreditNano: signedAmountField,
                    })
                    .nullable(),
                subsidy: z
                    .strictObject({
                        energyWh: signedEnergyField,
                        dueNano: signedAmountField,
                        paidNano: signedAmountField,
                    })
                    .nullable(),
                quality: z.enum(QUALITIES),
            }),
        ),
        postings: z.array(postingSchema),
    }),
    SETTLEMENT_BYTES_MAX,
);

export type SettleCommand = Readonly<{ carrier: Settlement['carrier']; slot: number }>;
export const settleCodec = codec<SettleCommand>(z.strictObject({ carrier: carrierField, slot: slotField }));

/** One run of a slot; `null` asks for the latest. */
export const settlementQueryCodec = codec(
    z.strictObject({ carrier: carrierField, slot: slotField, run: runField.nullable() }),
);
export const settlementPageQueryCodec = codec(z.strictObject({ ...page, carrier: carrierField, slot: slotField }));

/** What is claimed and drawn of an agreement in one slot of one carrier. */
export const slotClaimsCodec = codec<SlotClaims>(
    z.strictObject({
        agreementId: hashField,
        slot: slotField,
        carrier: carrierField,
        claims: z.array(z.strictObject({ ...defaultFields, leg: legField })),
    }),
);

/** Id of a run, the source of the credits it pays. */
export const settlementSource = (settlement: Pick<Settlement, 'carrier' | 'slot' | 'run'>): string =>
    `settlement.${settlement.carrier}.${settlement.slot}.${settlement.run}`;

export const storageCodec = codec<Storage>(
    z.strictObject({
        pointId: idField,
        carrier: carrierField,
        nextSlot: slotField,
        chargedWh: signedEnergyField,
        creditedWh: energyField,
    }),
);
