import { SettlementFrontier } from '@commonwatt/client/settlement-frontier';
import { Turns } from '@commonwatt/client/turns';
import { expect } from 'chai';

const steps = (count: number): { name: string }[] =>
    Array.from({ length: count }, (_, index) => ({ name: `settlement:run electricity/${String(index)}` }));

describe('turns of keepers', () => {
    it('give each step to exactly one of them', () => {
        const keepers = [0, 1, 2].map((index) => new Turns({ index, count: 3 }));
        const taken = keepers.flatMap((keeper) => keeper.round(steps(30)).map(({ name }) => name));
        expect(taken.sort()).to.deep.equal(
            steps(30)
                .map(({ name }) => name)
                .sort(),
        );
    });

    it('pass a step on while it stays undone, so that one keeper that is down does not block it', () => {
        const alone = new Turns({ index: 1, count: 3 });
        const rounds = [1, 2, 3].map(() => alone.round(steps(30)).length);
        expect(rounds.reduce((sum, taken) => sum + taken, 0)).to.equal(30);
    });

    it('begin anew with a step that was done in between', () => {
        const keeper = new Turns({ index: 0, count: 2 });
        const first = keeper.round(steps(8)).map(({ name }) => name);
        keeper.round([]);
        expect(keeper.round(steps(8)).map(({ name }) => name)).to.deep.equal(first);
    });
});

describe('settlement frontier', () => {
    const isSettled = (): Promise<boolean> => Promise.resolve(false);
    const until = (last: number) => (slot: number) => Promise.resolve(slot <= last);

    it('takes in the slots that are over, in order', async () => {
        const frontier = new SettlementFrontier(10);
        expect(await frontier.round(until(9), isSettled)).to.deep.equal([]);
        expect(await frontier.round(until(12), isSettled)).to.deep.equal([10, 11, 12]);
    });

    it('tries a slot ever more rarely and lets later ones pass', async () => {
        const frontier = new SettlementFrontier(10);
        const tries: number[] = [];
        for (let round = 1; round <= 16; round += 1) {
            const slots = await frontier.round(until(10), isSettled);
            tries.push(...slots.map(() => round));
        }
        expect(tries).to.deep.equal([1, 2, 4, 8, 16]);
        expect(await frontier.round(until(11), isSettled)).to.deep.equal([11]);
    });

    it('tries what waits for another carrier in every round', async () => {
        const frontier = new SettlementFrontier(10);
        for (let round = 1; round <= 5; round += 1) {
            expect(await frontier.round(until(10), isSettled)).to.deep.equal([10]);
            frontier.outOfOrder(10);
        }
    });

    it('leaves out what is settled', async () => {
        const frontier = new SettlementFrontier(10);
        expect(await frontier.round(until(12), (slot) => Promise.resolve(slot === 11))).to.deep.equal([10, 12]);
        frontier.settled(10);
        expect(await frontier.round(until(12), isSettled)).to.deep.equal([12]);
    });
});
