import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { RESERVED_WORDS } from '@commonwatt/chaincode/domain/reserved-ids';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { registerSource } from '../support/metering-commands.js';
import { firstRound, negotiableTerms, OfferMoves } from '../support/offer-commands.js';
import { sampleTerms } from '../support/sample-market.js';
import { SigningKey } from '../support/signing-key.js';
import { StubMarket } from '../support/stub-market.js';

let market: StubMarket;

describe('exchange: whom the regulator has qualified', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
    });
    const requalify = async (person: ReturnType<typeof commands.personOf>): Promise<void> => {
        const command = commands.qualify(market.who('reviewer'), 'anna', { sequence: 2, person });
        await market.do('reviewer', 'supervision', 'qualification:grant', command);
    };
    const conclude = (): string => commands.conclude(sampleTerms(), market.people);

    it('attack: a stranger stands under the pseudonym that the regulator qualified', async () => {
        const known = commands.personOf(market.who('stranger'));
        await requalify(known); // the regulator looked at somebody else; anna was first with the pseudonym
        const { mspId, subjectHash } = known;
        const named = { participantId: 'anna', mspId, subjectHash };
        const refused = await market.refused(
            'QUALIFICATION_OF_ANOTHER',
            'stranger',
            'exchange',
            'agreement:conclude',
            conclude(),
        );
        expect(refused.operands).to.deep.equal(named);
        const moves = new OfferMoves(market);
        const offer = moves.makeCommand(firstRound(negotiableTerms({ proposerId: 'anna' })), 1);
        await market.refused('QUALIFICATION_OF_ANOTHER', 'anna', 'exchange', 'offer:make', offer);
    });

    it('attack: the same subject of another organisation stands there', async () => {
        await requalify({ ...commands.personOf(market.who('anna')), mspId: 'SupplierMSP' });
        await market.refused('QUALIFICATION_OF_ANOTHER', 'stranger', 'exchange', 'agreement:conclude', conclude());
    });

    it('attack: somebody with the right certificate and another key stands there', async () => {
        const { keyId } = new SigningKey();
        await requalify({ ...commands.personOf(market.who('anna')), keyId });
        const refused = await market.refused('KEY_REPLACED', 'stranger', 'exchange', 'agreement:conclude', conclude());
        expect(refused.operands).to.deep.equal({ participantId: 'anna', keyId });
    });

    it('goes on with a key that the qualified one signed for', async () => {
        const next = new SigningKey();
        const rotation = commands.rotateKey('anna', market.who('anna').key, next);
        await market.do('anna', 'exchange', 'participant:rotate-key', rotation);
        const signers = { ...market.people, anna: { key: next } };
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(sampleTerms(), signers));
    });

    it('attack: an agreement is funded after somebody else was found behind the pseudonym', async () => {
        await market.do('stranger', 'exchange', 'agreement:conclude', conclude());
        await requalify(commands.personOf(market.who('stranger')));
        const fund = commands.fund(sampleTerms());
        await market.refused('QUALIFICATION_OF_ANOTHER', 'stranger', 'exchange', 'agreement:fund', fund);
    });
});

describe('exchange: ids that mean something else', () => {
    const idsOf = (word: string): string[] => [word, `${word}.1`, `${word}.pay-anna`];

    for (const word of RESERVED_WORDS) {
        it(`attack: somebody calls itself ${word}, or a point or source so`, async () => {
            market = await StubMarket.established();
            await market.do(
                'solar',
                'exchange',
                'participant:apply',
                commands.apply(market.who('solar'), 'solar', 'prosumer'),
            );
            for (const id of idsOf(word)) {
                const application = commands.apply(market.who('anna'), id, 'consumer');
                const refused = await market.refused(
                    'ID_RESERVED',
                    'anna',
                    'exchange',
                    'participant:apply',
                    application,
                );
                expect(refused.operands).to.deep.equal({ id });
                const point = { ...commands.pointOf('solar'), pointId: id };
                const registration = commands.registerMeter({ ...point, ...PLAIN_POINT }, null);
                await market.refused('ID_RESERVED', 'metering', 'exchange', 'meter:register', registration);
                const source = registerSource(id, new SigningKey());
                await market.refused('ID_RESERVED', 'metering', 'exchange', 'source:register', source);
            }
        });
    }

    it('attack: an id looks like another one, by a second dot or hyphen', async () => {
        market = await StubMarket.established();
        for (const id of ['an..na', 'an--na', 'an.-na']) {
            const application = commands.apply(market.who('anna'), id, 'consumer');
            await market.refused('ID_RESERVED', 'anna', 'exchange', 'participant:apply', application);
        }
    });

    it('are not those in which such a word is a part', async () => {
        market = await StubMarket.established();
        for (const [name, id] of [
            ['anna', 'systems-7'],
            ['bert', 'a.system'],
            ['solar', 'cover-girl'],
        ] as const) {
            const application = commands.apply(market.who(name), id, 'consumer');
            await market.do(name, 'exchange', 'participant:apply', application);
        }
    });
});
