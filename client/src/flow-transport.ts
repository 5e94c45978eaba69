import { setTimeout as pause } from 'node:timers/promises';
import type { common } from '@hyperledger/fabric-protos';
import { CommonwattError, DisagreementError, OutcomeUnknownError, toldOf, UnavailableError } from './errors.js';
import type { FlowControl, Passage } from './flow-control.js';
import { PROMPT_MS } from './flow-limit.js';
import { pauseMs } from './pause.js';
import type { Call, Receipt, Stream, Transport } from './transport.js';

/**
 * Sends no more calls at a time than the peers answer promptly, and tells the busy from the absent: a peer that leaves one
 * call without an answer while it answers others is busy. A query waits and is asked again until its time is over; a
 * submission is asked again by whoever chooses its endorsers.
 */
export class FlowTransport implements Transport {
    readonly #transport: Transport;
    readonly #flow: FlowControl;
    /** The organisation whose peer answers queries. */
    readonly #mspId: string;

    constructor(transport: Transport, flow: FlowControl, mspId: string) {
        this.#transport = transport;
        this.#flow = flow;
        this.#mspId = mspId;
    }

    async evaluate(call: Call): Promise<string> {
        let failure: UnavailableError | null = null;
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await this.#pass(call, [this.#mspId], async () => {
                    const sentMs = Date.now();
                    const value = await this.#transport.evaluate(call);
                    return { value, peersMs: Date.now() - sentMs };
                });
            } catch (error) {
                if (!(error instanceof UnavailableError)) {
                    throw error;
                }
                failure = toldOf(failure, error);
                const leftMs = call.deadlineMs - Date.now();
                if (leftMs <= 0) {
                    throw failure;
                }
                await pause(Math.min(pauseMs(attempt), leftMs));
            }
        }
    }

    async submit(call: Call, endorsers: readonly string[]): Promise<Receipt> {
        return await this.#pass(call, endorsers, async () => {
            const value = await this.#transport.submit(call, endorsers);
            return { value, peersMs: value.endorsementMs };
        });
    }

    /** Asked by clients in one place for all (see `Horizon`), so it does not wait. */
    async height(): Promise<number> {
        return await this.#transport.height();
    }

    async blocks(fromBlock: number): Promise<Stream<common.Block>> {
        return await this.#transport.blocks(fromBlock);
    }

    close(): void {
        this.#transport.close();
    }

    get isClosed(): boolean {
        return this.#transport.isClosed;
    }

    /** @param send tells how long the peers took, without the wait for a block */
    async #pass<Value>(
        { begunMs, deadlineMs }: Call,
        mspIds: readonly string[],
        send: () => Promise<Readonly<{ value: Value; peersMs: number }>>,
    ): Promise<Value> {
        const passage: Passage = { caller: this, mspIds, begunMs, deadlineMs };
        await this.#flow.enter(passage);
        const sentMs = Date.now();
        let servedMs: number | null = null;
        try {
            const { value, peersMs } = await send();
            servedMs = Date.now() - sentMs;
            this.#answered(mspIds, sentMs, peersMs);
            return value;
        } catch (error) {
            throw this.#judged(error, mspIds, sentMs);
        } finally {
            this.#flow.leave(passage, servedMs);
        }
    }

    #answered(mspIds: readonly string[], sentMs: number, peersMs: number): void {
        for (const mspId of mspIds) {
            this.#flow.limitOf(mspId).answered(sentMs, peersMs, Date.now());
        }
    }

    /** Learns from a failure; one of peers that are only busy is told as such. */
    #judged(error: unknown, mspIds: readonly string[], sentMs: number): unknown {
        const nowMs = Date.now();
        const tookMs = nowMs - sentMs;
        if (error instanceof OutcomeUnknownError) {
            mspIds.forEach((mspId) => {
                this.#flow.limitOf(mspId).silent(sentMs, nowMs);
            });
            return error;
        }
        if (!(error instanceof UnavailableError) || error instanceof DisagreementError) {
            if (error instanceof CommonwattError) {
                this.#answered(mspIds, sentMs, tookMs); // a refusal is an answer
            }
            return error;
        }
        const named = error.operands['organizations'];
        const failing = Array.isArray(named) ? mspIds.filter((mspId) => named.includes(mspId)) : [];
        if (tookMs <= PROMPT_MS || failing.length === 0) {
            return error; // nobody was waited for: they are not there
        }
        const busy = failing.filter((mspId) => {
            const limit = this.#flow.limitOf(mspId);
            limit.silent(sentMs, nowMs);
            return limit.hasAnsweredSince(nowMs - tookMs / 2);
        });
        const away = failing.filter((mspId) => !busy.includes(mspId));
        const facts = { ...(error.transactionId === null ? {} : { transactionId: error.transactionId }), cause: error };
        return away.length > 0
            ? new UnavailableError({ code: error.code, operands: { ...error.operands, organizations: away }, ...facts })
            : new UnavailableError({
                  code: 'PEER_BUSY',
                  operands: { organizations: busy, waitedMs: tookMs },
                  ...facts,
              });
    }
}
