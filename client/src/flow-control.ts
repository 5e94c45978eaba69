import type { ConnectionProfile } from './connection-profile.js';
import { UnavailableError } from './errors.js';
import { FlowLimit } from './flow-limit.js';

/** A client, whose calls wait in lines of their own, so that one that sends thousands does not keep the others waiting. */
export type Caller = object;

/** What a call needs before it is sent. */
export type Passage = Readonly<{
    caller: Caller;
    /** Organisations whose peers it keeps busy. */
    mspIds: readonly string[];
    /** When its caller began it: what is tried again goes before what came later. */
    begunMs: number;
    /** When it is too late for its caller. */
    deadlineMs: number;
}>;

type Waiting = Passage & Readonly<{ admit: () => void }>;

/** A client's calls that keep the same peers busy, oldest first. */
type Line = Waiting[];

/** The share of a call's time that is kept for the peers at most, when they have become slow. */
const SERVICE_SHARE_MAX = 0.5;
const SMOOTHING = 1 / 8;

/**
 * Lets calls through to the peers as fast as these answer. What does not get through waits here, where it costs nobody
 * anything: each client's calls in their order, the clients in turn. A call whose time is nearly over is not sent any
 * more, since its answer would come too late and the peers' work would be for nothing.
 */
export class FlowControl {
    readonly #limits = new Map<string, FlowLimit>();
    readonly #lines = new Map<Caller, Map<string, Line>>();
    #serviceMs = 0;

    limitOf(mspId: string): FlowLimit {
        const limit = this.#limits.get(mspId) ?? new FlowLimit();
        this.#limits.set(mspId, limit);
        return limit;
    }

    /**
     * Waits until a call may be sent. Its end has to be told by `leave`.
     * @throws UnavailableError PEER_BUSY {organizations, waitedMs} when its time is over before
     */
    async enter(passage: Passage): Promise<void> {
        await new Promise<void>((resolve, reject) => {
            const { mspIds, begunMs, deadlineMs } = passage;
            const giveUp = (): void => {
                this.#remove(waiting);
                const operands = { organizations: mspIds, waitedMs: Date.now() - begunMs };
                reject(new UnavailableError({ code: 'PEER_BUSY', operands }));
                this.#admitNext(); // what it kept for itself
            };
            const timer = setTimeout(giveUp, Math.max(0, deadlineMs - Date.now()));
            const admit = (): void => {
                clearTimeout(timer);
                resolve();
            };
            const waiting: Waiting = { ...passage, admit };
            this.#add(waiting);
            if (this.#areFree(mspIds)) {
                this.#admitNext();
            }
        });
    }

    /** @param servedMs how long the call took from when it was sent; `null` where it came to nothing */
    leave({ mspIds }: Passage, servedMs: number | null): void {
        if (servedMs !== null) {
            this.#serviceMs += (servedMs - this.#serviceMs) * SMOOTHING;
        }
        for (const mspId of mspIds) {
            this.limitOf(mspId).end();
        }
        this.#admitNext();
    }

    /** Takes the clients in turn, one call of each, as long as anything can be let through. */
    #admitNext(): void {
        const kept = new Set<string>();
        const turn = [...this.#lines.keys()];
        for (let caller = turn.shift(); caller !== undefined; caller = turn.shift()) {
            const admitted = this.#nextOf(caller, kept);
            if (admitted !== null) {
                this.#remove(admitted);
                for (const mspId of admitted.mspIds) {
                    this.limitOf(mspId).begin();
                }
                admitted.admit();
                this.#toTheEnd(caller);
                turn.push(caller);
            }
        }
    }

    /**
     * The oldest call of a client that can be let through. One that has to wait keeps its peers for itself: what comes
     * after it may pass only where it takes nothing away.
     */
    #nextOf(caller: Caller, kept: Set<string>): Waiting | null {
        const nowMs = Date.now();
        const first = [...(this.#lines.get(caller)?.values() ?? [])].flatMap((line) => this.#headOf(line, nowMs) ?? []);
        for (const waiting of first.sort((left, right) => left.begunMs - right.begunMs)) {
            const { mspIds } = waiting;
            if (!mspIds.some((mspId) => kept.has(mspId)) && this.#areFree(mspIds)) {
                return waiting;
            }
            mspIds.forEach((mspId) => kept.add(mspId));
        }
        return null;
    }

    /** The oldest call of a line whose answer would come in time. Those before it have only their deadline to wait for. */
    #headOf(line: Line, nowMs: number): Waiting | null {
        for (let [head] = line; head !== undefined; [head] = line) {
            const { begunMs, deadlineMs } = head;
            const neededMs = Math.min(this.#serviceMs, (deadlineMs - begunMs) * SERVICE_SHARE_MAX);
            if (deadlineMs - nowMs >= neededMs) {
                return head;
            }
            line.shift();
        }
        return null;
    }

    #areFree(mspIds: readonly string[]): boolean {
        return mspIds.every((mspId) => this.limitOf(mspId).isFree);
    }

    #add(waiting: Waiting): void {
        const { caller, mspIds, begunMs } = waiting;
        const lines = this.#lines.get(caller) ?? new Map<string, Line>();
        const key = lineKey(mspIds);
        const line = lines.get(key) ?? [];
        line.splice(line.findLastIndex((other) => other.begunMs <= begunMs) + 1, 0, waiting);
        this.#lines.set(caller, lines.set(key, line));
    }

    #remove(waiting: Waiting): void {
        const { caller, mspIds } = waiting;
        const lines = this.#lines.get(caller);
        const line = lines?.get(lineKey(mspIds));
        const position = line?.indexOf(waiting) ?? -1;
        if (position >= 0) {
            line?.splice(position, 1);
        }
        if (line?.length === 0) {
            lines?.delete(lineKey(mspIds));
        }
        if (lines?.size === 0) {
            this.#lines.delete(caller);
        }
    }

    #toTheEnd(caller: Caller): void {
        const lines = this.#lines.get(caller);
        if (lines !== undefined) {
            this.#lines.delete(caller);
            this.#lines.set(caller, lines);
        }
    }
}

const lineKey = (mspIds: readonly string[]): string => [...mspIds].sort().join(' ');

const controls = new Map<string, FlowControl>();

/** The one control of this process for a network: its clients load the same peers. */
export function flowControlOf({ channel, gateways }: Pick<ConnectionProfile, 'channel' | 'gateways'>): FlowControl {
    const peers = gateways.map(({ address }) => address).sort();
    const key = [channel, ...peers].join(' ');
    const control = controls.get(key) ?? new FlowControl();
    controls.set(key, control);
    return control;
}
