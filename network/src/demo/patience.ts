import { setTimeout as pause } from 'node:timers/promises';
import {
    type Call,
    CommonwattError,
    type Committed,
    type ConnectionProfile,
    connect,
    Endorsers,
    GatewayTransport,
    type Identity,
    type Market,
    OutcomeUnknownError,
    type Receipt,
    RetryingSubmitter,
    type Submission,
    type Submitter,
    type Transport,
    UnavailableError,
} from '@commonwatt/client';
import { mspIdOf } from '../topology.js';

const ATTEMPTS_MAX = 20;
const PAUSE_MS = 1_000;
/**
 * Refusals for something that is missing: actors follow each other closely, and what one has seen in a block the peers
 * that another asks may be about to read.
 */
const NOT_YET: readonly string[] = [
    'AGREEMENT_MISSING',
    'MANDATE_MISSING',
    'METER_MISSING',
    'OFFER_MISSING',
    'OFFER_ROUND',
    'PARTICIPANT_MISSING',
    'QUALIFICATION_MISSING',
    'READING_MISSING',
    'SETTLEMENT_MISSING',
    'SETTLEMENT_OUT_OF_ORDER',
    'SLOT_NOT_OVER',
    'VERDICT_MISSING',
];
const BEHIND_MAX = 8;
const BEHIND_MS = 250;

/**
 * Connects with the patience of a keeper: peers that are busy are asked again. The demo keeps two cores busy for minutes,
 * and a machine may have other things to do.
 */
export async function connectPatiently(profile: ConnectionProfile, identity: Identity): Promise<Market> {
    const transport = new PatientTransport(new GatewayTransport(profile, identity));
    const endorsers = new Endorsers(profile.mspIds, () => Promise.resolve(mspIdOf('regulator')));
    const submitter = new PatientSubmitter(new RetryingSubmitter(transport, endorsers));
    return connect({ profile, identity, transport, submitter });
}

class PatientSubmitter implements Submitter {
    readonly #submitter: Submitter;

    constructor(submitter: Submitter) {
        this.#submitter = submitter;
    }

    submit<Value>(submission: Submission<Value>): Promise<Committed<Value>> {
        return patiently(() => this.#submitter.submit(submission));
    }
}

class PatientTransport implements Transport {
    readonly #transport: Transport;

    constructor(transport: Transport) {
        this.#transport = transport;
    }

    evaluate(call: Call): Promise<string> {
        return patiently(() => this.#transport.evaluate(call));
    }

    submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        return this.#transport.submit(call, endorsers);
    }

    height(): Promise<number> {
        return patiently(() => this.#transport.height());
    }

    blocks(fromBlock: number): ReturnType<Transport['blocks']> {
        return this.#transport.blocks(fromBlock);
    }

    close(): void {
        this.#transport.close();
    }

    get isClosed(): boolean {
        return this.#transport.isClosed;
    }
}

/** Nothing was changed by what no peer answered; what became of the unknown is asked by its id before it is sent again. */
async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let count = 1; ; count += 1) {
        try {
            return await attempt();
        } catch (error) {
            const pauseMs = pauseAfter(error, count);
            if (pauseMs === null) {
                throw error;
            }
            await pause(pauseMs);
        }
    }
}

/** How long to wait before another attempt; `null` when there is none to come. */
function pauseAfter(error: unknown, count: number): number | null {
    if (error instanceof UnavailableError || error instanceof OutcomeUnknownError) {
        return count < ATTEMPTS_MAX ? PAUSE_MS : null;
    }
    const isBehind = error instanceof CommonwattError && NOT_YET.includes(error.code);
    return isBehind && count < BEHIND_MAX ? BEHIND_MS : null;
}
