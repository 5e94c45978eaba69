import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { EXTERNAL_ACCOUNT, subsidyAccount, transfer } from '@commonwatt/chaincode/domain/posting';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { ELECTRICITY_RULES, FIRST_SLOT } from './sample-market.js';
import { SettlementMarket } from './settlement-market.js';

/** A fee of 20 000 and a subsidy of 60 000 per kWh from a fund, for `g`, who has a roof, and `s`, who has a battery. */
export function subsidisedMarket(fundNano: bigint): SettlementMarket {
    const renewable = { ...PLAIN_POINT, isRenewable: true, fromSlot: FIRST_SLOT };
    const market = new SettlementMarket();
    market.rules = {
        ...ELECTRICITY_RULES,
        networkFeeMicroPerKwh: priceMicroPerKwh(20_000n),
        subsidyMicroPerKwh: priceMicroPerKwh(60_000n),
    };
    market.traits = { 'g.roof': renewable, 's.battery': { ...renewable, storageEfficiencyBp: 9_000 } };
    const reason = { kind: 'deposit', agreementId: null, slot: null } as const;
    market.postings.push(...transfer(EXTERNAL_ACCOUNT, subsidyAccount('electricity'), amountNano(fundNano), reason));
    return market;
}
