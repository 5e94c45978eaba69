import { FlowLimit, PROMPT_MS } from '@commonwatt/client/flow-limit';
import { expect } from 'chai';

/** Sends as many calls at once as are let through, each answered after a while, round by round. */
function rounds(limit: FlowLimit, count: number, tookMs: (inFlight: number) => number, fromMs = 0): number {
    let nowMs = fromMs;
    for (let round = 0; round < count; round += 1) {
        const sentMs = nowMs;
        let sent = 0;
        for (; limit.isFree; sent += 1) {
            limit.begin();
        }
        nowMs = sentMs + tookMs(sent);
        for (let answered = 0; answered < sent; answered += 1) {
            limit.answered(sentMs, tookMs(sent), nowMs);
            limit.end();
        }
    }
    return nowMs;
}

describe('the limit of calls in flight at a peer', () => {
    it('grows with each round of prompt answers, by one call at most', () => {
        const limit = new FlowLimit();
        const before = limit.limit;
        rounds(limit, 10, () => 100);
        expect(limit.limit).to.be.within(before + 4, before + 10);
    });

    it('finds the most that a peer answers promptly, from above and from below', () => {
        const perCallMs = 20; // 50 calls a second, whatever is in flight
        const limit = new FlowLimit();
        let nowMs = rounds(limit, 300, (inFlight) => inFlight * perCallMs);
        expect(limit.limit).to.be.within(40, 51);
        nowMs = rounds(limit, 300, (inFlight) => inFlight * perCallMs * 4, nowMs);
        expect(limit.limit, 'a peer that became four times as slow').to.be.within(8, 13);
        rounds(limit, 300, (inFlight) => inFlight * perCallMs, nowMs);
        expect(limit.limit, 'and as quick as before').to.be.within(40, 51);
    });

    it('does not grow by calls that are not there', () => {
        const limit = new FlowLimit();
        const before = limit.limit;
        for (let call = 0; call < 1_000; call += 1) {
            limit.begin();
            limit.answered(call, 1, call + 1);
            limit.end();
        }
        expect(limit.limit).to.equal(before);
    });

    it('counts the answers to one load once: a hundred late calls are one reason to send less', () => {
        const limit = new FlowLimit();
        const before = limit.limit;
        for (let call = 0; call < 100; call += 1) {
            limit.answered(0, PROMPT_MS + 1, PROMPT_MS + 1 + call);
        }
        expect(limit.limit).to.equal(Math.floor(before * 0.9));
    });

    it('never comes to nothing: one call is always let through', () => {
        const limit = new FlowLimit();
        for (let nowMs = 1; nowMs < 1_000; nowMs += 1) {
            limit.silent(nowMs, nowMs);
        }
        expect(limit.isFree).to.equal(true);
        limit.begin();
        expect(limit.isFree).to.equal(false);
    });

    it('gives two processes equal shares of a peer, wherever they began', () => {
        const first = new FlowLimit();
        const second = new FlowLimit();
        let nowMs = rounds(first, 60, () => 100);
        const early = first.limit;
        expect(early).to.be.greaterThan(2 * second.limit);
        for (let round = 0; round < 600; round += 1) {
            const took = (first.limit + second.limit) * 20;
            rounds(first, 1, () => took, nowMs);
            nowMs = rounds(second, 1, () => took, nowMs);
        }
        expect(first.limit / second.limit).to.be.within(0.8, 1.25);
    });
});
