import { setTimeout as pause } from 'node:timers/promises';
import {
    type Call,
    type Committed,
    type ConnectionProfile,
    connect,
    Endorsers,
    GatewayTransport,
    type Horizon,
    HorizonTransport,
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
 * Connects with the patience of a keeper: peers that are busy are asked again. The demo keeps two cores busy for minutes,
 * and a machine may have other things to do.
 */
export async function connectPatiently(
    profile: ConnectionProfile,
    identity: Identity,
    horizon: Horizon,
): Promise<Market> {
    const gateway = new GatewayTransport(profile, identity);
    const transport = new PatientTransport(new HorizonTransport(gateway, horizon));
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
            const mayAnswerLater = error instanceof UnavailableError || error instanceof OutcomeUnknownError;
            if (!mayAnswerLater || count >= ATTEMPTS_MAX) {
                throw error;
            }
            await pause(PAUSE_MS);
        }
    }
}
