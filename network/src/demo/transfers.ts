import {
    coverAccount,
    EXTERNAL_ACCOUNT,
    freeAccount,
    payoutAccount,
    type Posting,
    subsidyAccount,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { MarketEvent } from '@commonwatt/chaincode/wire/events';
import type { EventRecord } from '@commonwatt/client';

const OUTSIDE_SLOTS = { agreementId: null, slot: null } as const;
const PAYOUT_STEPS = {
    'PayoutRequested/1': 'payout',
    'PayoutConfirmed/1': 'paid',
    'PayoutReturned/1': 'returned',
} as const;

/** What an event outside settlement moved: into covers and out of them, into funds, out of the market. */
export const postingsOf = ({ event }: EventRecord): Posting[] => [
    ...debtsPaidBy(event).flatMap(({ participantId, carrier, amountNano }) =>
        transfer(freeAccount(participantId), coverAccount(participantId, carrier), amountNano, {
            kind: 'debt',
            ...OUTSIDE_SLOTS,
        }),
    ),
    ...movedBy(event),
];

/** Debts that a step paid before anything else. */
const debtsPaidBy = (event: MarketEvent): DebtsPaid =>
    'debtsPaid' in event.payload ? (event.payload.debtsPaid ?? []) : [];
type DebtsPaid = NonNullable<Extract<MarketEvent, { name: 'CoverRaised/1' }>['payload']['debtsPaid']>;

function movedBy(event: MarketEvent): Posting[] {
    switch (event.name) {
        case 'CoverRaised/1': {
            const { participantId, carrier, amountNano } = event.payload;
            const [from, to] = [freeAccount(participantId), coverAccount(participantId, carrier)];
            return transfer(from, to, amountNano, { kind: 'cover', ...OUTSIDE_SLOTS });
        }
        case 'CoverLowered/1': {
            const { participantId, carrier, amountNano } = event.payload;
            const [from, to] = [coverAccount(participantId, carrier), freeAccount(participantId)];
            return transfer(from, to, amountNano, { kind: 'cover', ...OUTSIDE_SLOTS });
        }
        case 'SubsidyFunded/1': {
            const { carrier, amountNano } = event.payload;
            const to = subsidyAccount(carrier);
            return transfer(EXTERNAL_ACCOUNT, to, amountNano, { kind: 'deposit', ...OUTSIDE_SLOTS });
        }
        case 'PayoutRequested/1': {
            const { participantId, amountNano } = event.payload;
            const [from, to] = [freeAccount(participantId), payoutAccount(participantId)];
            return transfer(from, to, amountNano, { kind: 'payout', ...OUTSIDE_SLOTS });
        }
        case 'PayoutConfirmed/1': {
            const { participantId, amountNano } = event.payload;
            const from = payoutAccount(participantId);
            return transfer(from, EXTERNAL_ACCOUNT, amountNano, { kind: 'payout', ...OUTSIDE_SLOTS });
        }
        case 'PayoutReturned/1': {
            const { participantId, amountNano } = event.payload;
            const [from, to] = [payoutAccount(participantId), freeAccount(participantId)];
            return transfer(from, to, amountNano, { kind: 'payout', ...OUTSIDE_SLOTS });
        }
        default:
            return [];
    }
}

/** Runs and transfers, for whoever plays the day again: they count in the order of the channel. */
export const stepsOf = ({ event }: EventRecord): Json[] => [
    ...debtsPaidBy(event).map(({ participantId, carrier, amountNano }) => ({
        kind: 'cover',
        participantId,
        carrier,
        amountNano: String(amountNano),
    })),
    ...stepsBy(event),
];

function stepsBy(event: MarketEvent): Json[] {
    switch (event.name) {
        case 'SettlementRun/1':
            return [{ kind: 'run', carrier: event.payload.carrier, slot: event.payload.slot }];
        case 'ReconciliationRun/1': {
            const { carrier, slot } = event.payload;
            // By then every meter has been read; the demo publishes no calorific values.
            return [{ kind: 'reconciliation', carrier, slot, gaps: [], whPerM3: null }];
        }
        case 'CoverRaised/1':
        case 'CoverLowered/1': {
            const { participantId, carrier, amountNano } = event.payload;
            const kind = event.name === 'CoverRaised/1' ? 'cover' : 'draw';
            return [{ kind, participantId, carrier, amountNano: String(amountNano) }];
        }
        case 'SubsidyFunded/1': {
            const { carrier, amountNano } = event.payload;
            return [{ kind: 'subsidy', carrier, amountNano: String(amountNano) }];
        }
        case 'PayoutRequested/1':
        case 'PayoutConfirmed/1':
        case 'PayoutReturned/1': {
            const { participantId, amountNano } = event.payload;
            const kind = PAYOUT_STEPS[event.name];
            return [{ kind, participantId, amountNano: String(amountNano) }];
        }
        default:
            return [];
    }
}
