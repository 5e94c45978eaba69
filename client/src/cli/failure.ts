import { MarketError } from '@commonwatt/chaincode/domain/errors';
import { CommonwattError, type FailureKind, refusal } from '../errors.js';
import { jsonText, printLine } from './output.js';

/** Exit codes: what a script can tell failures apart by. */
const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;
const EXIT_UNAVAILABLE = 3;

/** What to do, by code; the kind's advice stands in for the others. */
const REMEDY_BY_CODE: Readonly<Record<string, string>> = {
    OPTION_MISSING: 'Add the option; --help shows an example.',
    FILE_MISSING: 'Check the name; `commonwatt network up` writes profiles, `commonwatt identity create` identities.',
    FILE_INVALID: 'Correct the file at the place named, or make it anew.',
    CHECKPOINT_INVALID: 'Delete the file to begin again, or restore it; nothing was read or written.',
    IDENTITY_EXISTS: 'Use it with --as, or choose another name.',
    SIGNING_KEY_MISSING: 'Use an identity of the wallet; the administrator signs no documents.',
    CHARTER_MISSING: 'Establish the market first: `commonwatt charter establish`.',
    CHARTER_UNCONFIRMED:
        'Have the administrators of the organizations named confirm it: `commonwatt charter show`, `commonwatt charter confirm`.',
    CHARTER_DIFFERS: 'Look which charter stands, and who has confirmed it: `commonwatt charter show`.',
    ADMINISTRATORS_DIFFER:
        "Name the administrators of the organizations named as the channel's configuration does, in a charter established anew.",
    CALLER_NOT_ADMIN: "Use --as admin, with the organization's own --org.",
    CALLER_NOT_SEATED: "Have the organization's administrator grant the seat: `commonwatt seat grant`.",
    SEAT_REVOKED: 'Name another officer, or give this one another certificate: `commonwatt identity create`.',
    CALLER_NOT_PARTICIPANT: 'Use the identity that applied as this participant.',
    QUALIFICATION_MISSING: 'Ask the regulator to qualify the participant: `commonwatt qualification grant`.',
    OFFER_ROUND: 'Read what is on the table now: `commonwatt offer show`.',
    OFFER_TURN: 'You have signed what is on the table; the others move: `commonwatt offer show`.',
    OFFER_OPEN: 'Answer an open offer with one of your own: `commonwatt offer accept --point`.',
    OFFER_TAKEN: 'Withdraw the answer named, or wait until its deadline has passed.',
    VERDICT_MISSING: 'Wait for the review: `commonwatt verdict approve`, or name a standing verdict that covers it.',
    STANDING_VERDICT_EXCEEDED: 'Change the terms, or have the agreement reviewed by itself.',
    SIGNATURE_MISSING: 'Add the signature of every party, with its registered key: `commonwatt agreement sign`.',
    VERSION_STALE: 'Draft it anew from the version in force: `commonwatt agreement show`.',
    SIGNATURE_WITHDRAWN: 'Draft the agreement anew: a signature taken back stays so.',
    ADMISSION_MISSING: 'Wait for the network operator: `commonwatt screening show`, or agree other terms.',
    CAPACITY_MISSING:
        'Have capacity set aside first: `commonwatt admission run`, or let `commonwatt keeper run` do it.',
    ROUND_FULL: 'Run another round: `commonwatt admission run`.',
    CONNECTION_OVERLOADED: 'Agree less energy in the slot named, or get a larger share: `commonwatt connection show`.',
    CONFORMITY_EXCEEDED: 'Sell less from the device named: other agreements sell from it as well.',
    ID_AMBIGUOUS: 'Add digits until one id is left.',
    MARKET_HALTED: 'Deliver outside the slots of the halt, or wait until it ends: `commonwatt halt show`.',
    ACCOUNT_UNDERFUNDED: 'Deposit more: `commonwatt account deposit`.',
    COVER_OWED: 'Pay what is owed on the carrier named first: `commonwatt account cover`.',
    COVER_EXHAUSTED: 'Raise the credit cover of the participant named: `commonwatt account cover`.',
    READING_MISSING:
        'Submit the readings of the metering points named, or wait for the deadline of the rules; then run it again.',
    SETTLEMENT_OUT_OF_ORDER:
        'Make the same run of the carrier and slot named first, or let `commonwatt keeper run` make all that are due.',
    RECONCILIATION_NOT_DUE: 'Wait until the slot named as due has begun: `commonwatt clock show`.',
    RECONCILIATION_FINAL: 'What is final is opened by a dispute alone: `commonwatt dispute raise`.',
    STATEMENT_MISSING:
        'Bring the statement of the source named (`commonwatt statement submit`), or wait for the deadline of the rules.',
    SOURCE_MISSING: 'Have the source registered: `commonwatt source register`.',
    SLOT_NOT_OVER: 'Wait until the slot is over: `commonwatt clock show`.',
    SLOT_BEGUN: 'Choose a later slot.',
    CLOCK_OUT_OF_ORDER: 'Begin with the slot after the last one that has begun.',
    BILL_MOVING: 'Try again in a moment; money moved whenever it was read.',
    BILL_DISAGREES: 'The peer answers what the ledger cannot hold: ask another one with --org, and report it.',
    CERTIFICATE_EXPIRED:
        'Have a certificate of the same subject issued by the CA of your organisation: the participant stays who it is.',
    NOT_WOUND_UP: 'Wait until all is settled for good, then `commonwatt participant wind-up`.',
    AGREEMENTS_OPEN: 'Let the agreements named be settled and reconciled: `commonwatt keeper run`.',
    OPTIONS_CONFLICT: 'Leave out one of the options named.',
    PEER_UNAVAILABLE: 'Start the peers of the organizations named, or wait for them; nothing was sent.',
    PEER_BUSY:
        'Wait, or give the call more time (`--within`): the peers have more to do than they get done; nothing was sent.',
    GATEWAY_UNAVAILABLE: 'Check that the network runs: `commonwatt network status`.',
    PEER_BEHIND: 'Try again in a moment, or look why the peer reads no blocks: `commonwatt network status`.',
    ENDORSERS_DISAGREE: 'Try again in a moment; nothing was sent.',
};

const REMEDY_BY_KIND: Readonly<Record<FailureKind, string>> = {
    invalid: 'Correct what the operands name and try again.',
    forbidden: 'Use an identity that may do this.',
    notFound: 'Check the id.',
    conflict: 'Look at what is on the ledger with the `show` or `list` verb.',
    limit: 'Split it into smaller parts.',
    internal: "See the chaincode's log: `commonwatt network logs`.",
    unavailable: 'Check that the network runs: `commonwatt network status`.',
    commitFailed: 'Nothing was written; try again.',
    outcomeUnknown: 'Look whether it is there with the `show` or `list` verb before trying again.',
};

/** Says what happened and what to do; with --json as one object. Sets the exit code. */
export function printFailure(thrown: unknown, json: boolean): void {
    const error = asFailure(thrown);
    process.exitCode = exitCodeOf(error);
    if (json) {
        printLine(jsonText({ error: describe(error) }, 2));
        return;
    }
    const lines =
        error instanceof CommonwattError
            ? [`error: ${sentence(error)}`, `  What to do: ${remedyOf(error)}`]
            : [`error: ${error.stack ?? error.message}`]; // not foreseen: its place is the best that can be said
    process.stderr.write(`${lines.join('\n')}\n`);
}

function asFailure(thrown: unknown): Error {
    if (thrown instanceof MarketError) {
        return refusal(thrown);
    }
    return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function describe(error: Error): object {
    const { message } = error;
    if (!(error instanceof CommonwattError)) {
        return { code: 'UNFORESEEN', kind: 'internal', operands: {}, message };
    }
    const { code, kind, operands, transactionId } = error;
    return { code, kind, operands, message, ...(transactionId === null ? {} : { transactionId }) };
}

const PHRASES: Readonly<Record<FailureKind, string>> = {
    invalid: 'invalid',
    forbidden: 'refused',
    notFound: 'not found',
    conflict: 'conflict',
    limit: 'too much',
    internal: 'fault',
    unavailable: 'unavailable',
    commitFailed: 'not committed',
    outcomeUnknown: 'outcome unknown',
};

/** One line: what kind of failure, its code, and the values that decided it. */
function sentence({ kind, code, operands }: CommonwattError): string {
    const values = Object.entries(operands).map(([name, value]) => `${name}=${textOf(value)}`);
    return [`${PHRASES[kind]}:`, code, ...values].join(' ');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : jsonText(value));

const remedyOf = (error: CommonwattError): string => REMEDY_BY_CODE[error.code] ?? REMEDY_BY_KIND[error.kind];

function exitCodeOf(error: Error): number {
    if (!(error instanceof CommonwattError)) {
        return EXIT_REFUSED;
    }
    if (error.code === 'OPTION_MISSING') {
        return EXIT_USAGE;
    }
    return error.kind === 'unavailable' || error.kind === 'outcomeUnknown' ? EXIT_UNAVAILABLE : EXIT_REFUSED;
}
