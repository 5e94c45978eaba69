import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementIdOf, agreementViewCodec } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import * as commands from '../support/market-commands.js';
import { sampleLeg, sampleTerms } from '../support/sample-market.js';
import { StubMarket } from '../support/stub-market.js';

const TERMS = sampleTerms();
const ref = (terms: Terms): string => canonicalJson({ agreementId: agreementIdOf(terms) });

let market: StubMarket;

describe('exchange: agreement queries', () => {
    beforeEach(async () => {
        market = await StubMarket.ready();
    });

    it('show, list and tell the history of both records, oldest first', async () => {
        await market.refused('AGREEMENT_MISSING', 'anna', 'exchange', 'agreement:show', ref(TERMS));
        await market.do('stranger', 'exchange', 'agreement:conclude', commands.conclude(TERMS, market.people));
        await market.do('stranger', 'exchange', 'agreement:fund', commands.fund(TERMS));
        const list = (await market.ask('exchange', 'agreement:list', '{"bookmark":"","pageSize":5}')) as {
            items: unknown[];
        };
        expect(list.items).to.have.length(1);
        const history = (await market.ask('exchange', 'agreement:history', ref(TERMS))) as {
            agreement: unknown;
            execution: { state: string } | null;
        }[];
        expect(history.map((change) => change.execution?.state ?? 'terms')).to.have.ordered.members([
            ...(history[0]?.execution === null ? ['terms', 'concluded'] : ['concluded', 'terms']),
            'inForce',
        ]);
    });

    it('read terms as large as a command may be', async () => {
        const slots = 192;
        const legs = Array.from({ length: 16 }, () =>
            sampleLeg({
                energyWh: Array.from({ length: slots }, () => energyWh(1_000_000n)),
                priceMicroPerKwh: Array.from({ length: slots }, () => priceMicroPerKwh(200_000n)),
            }),
        );
        const large = sampleTerms({ legs, slotCount: slots });
        await market.deposit('anna', 10n ** 15n, 'pay-large');
        const command = commands.conclude(large, market.people);
        expect(command.length).to.be.within(60_000, 65_200);
        await market.do('anna', 'exchange', 'agreement:conclude', command);
        const { payload } = await market.endorse('stranger', 'exchange', 'agreement:show', ref(large));
        expect(agreementViewCodec.decode(payload).execution.state).to.equal('concluded');
    });
});
