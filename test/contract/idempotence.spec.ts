import { EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { journey } from '../support/journey.js';
import { StubMarket } from '../support/stub-market.js';

describe('a command that is sent twice', () => {
    it('changes the ledger once, whichever it is', async () => {
        const market = await StubMarket.bare();
        const sent = new Set<string>();
        for (const step of journey(market)) {
            const { name, chaincode, verb } = step;
            const command = step.command();
            const first = await market.do(name, chaincode, verb, command);
            expect(first.writes, `${chaincode} ${verb}`).not.to.deep.equal([]);
            const again = await market.do(name, chaincode, verb, command);
            expect([again.writes, again.event], `${chaincode} ${verb} again`).to.deep.equal([[], null]);
            expect(again.payload.length, `${chaincode} ${verb} answers`).to.be.above(0);
            sent.add(`${chaincode} ${verb}`);
        }
        const submitted = [
            ...Object.entries(EXCHANGE_VERBS).map(([verb, { mode }]) => [`exchange ${verb}`, mode] as const),
            ...Object.entries(SUPERVISION_VERBS).map(([verb, { mode }]) => [`supervision ${verb}`, mode] as const),
        ].flatMap(([verb, mode]) => (mode === 'submit' ? [verb] : []));
        expect([...sent], 'the journey takes every step there is').to.have.members(submitted);
    });

    it('changes nothing much later either', async () => {
        const market = await StubMarket.bare();
        const commands: (() => Promise<unknown>)[] = [];
        for (const step of journey(market)) {
            const { name, chaincode, verb } = step;
            const command = step.command();
            await market.do(name, chaincode, verb, command);
            commands.push(() => market.endorse(name, chaincode, verb, command));
        }
        const end = market.ledger.snapshot();
        for (const send of commands) {
            const { writes } = (await send()) as Awaited<ReturnType<StubMarket['endorse']>>;
            expect(writes).to.deep.equal([]);
        }
        expect(market.ledger.snapshot()).to.equal(end);
    });
});
