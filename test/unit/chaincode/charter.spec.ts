import { type Charter, checkCharter, mayBringParticipant, mayNameSeat } from '@commonwatt/chaincode/domain/charter';
import { type CarrierRules, checkRules, rulesOf } from '@commonwatt/chaincode/domain/rules';
import { energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { charterCodec } from '@commonwatt/chaincode/wire/charter';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER, ELECTRICITY_RULES, RULES } from '../../support/sample-market.js';

describe('a charter', () => {
    it('separates the powers', () => {
        checkCharter(CHARTER);
        expect(charterCodec.decode(charterCodec.encode(CHARTER))).to.deep.equal(CHARTER);
    });

    it('lets one organisation take two sides, as long as there are three and the regulator is its own', () => {
        const { SupplierMSP: _, ...administrators } = CHARTER.administrators;
        checkCharter({ ...CHARTER, orgs: { ...CHARTER.orgs, supplier: CHARTER.orgs.operator }, administrators });
    });

    const { orgs, seats, participants } = CHARTER;
    const refused: Readonly<Record<string, Charter>> = {
        'the regulator brings no participants': {
            ...CHARTER,
            participants: { ...participants, regulator: ['consumer'] },
        },
        'the regulator names the reviewers': { ...CHARTER, seats: { ...seats, regulator: ['voter'] } },
        'the regulator holds no seat of the market': {
            ...CHARTER,
            seats: { ...seats, regulator: ['reviewer', 'settlement'] },
        },
        'reviewers are named by the regulator alone': {
            ...CHARTER,
            seats: { ...seats, supplier: ['reviewer'] },
        },
        'the regulator is an organisation of its own': {
            ...CHARTER,
            orgs: { ...orgs, regulator: orgs.community },
        },
        'at least three organisations': {
            ...CHARTER,
            orgs: { ...orgs, community: orgs.operator, supplier: orgs.operator },
        },
        'two chaincodes': { ...CHARTER, chaincodes: { supervision: 'one', exchange: 'one' } },
        'slots divide the hour': { ...CHARTER, slotMinutes: 7 },
    };
    for (const [reason, charter] of Object.entries(refused)) {
        it(`is refused: ${reason}`, () => {
            expectRefusal(
                () => {
                    checkCharter(charter);
                },
                'CHARTER_INVALID',
                { reason },
            );
        });
    }

    it('says who may name and bring whom, and nothing of outsiders', () => {
        expect(mayNameSeat(CHARTER, 'RegulatorMSP', 'reviewer')).to.equal(true);
        expect(mayNameSeat(CHARTER, 'OperatorMSP', 'reviewer')).to.equal(false);
        expect(mayNameSeat(CHARTER, 'ElsewhereMSP', 'voter')).to.equal(false);
        expect(mayBringParticipant(CHARTER, 'CommunityMSP', 'prosumer')).to.equal(true);
        expect(mayBringParticipant(CHARTER, 'RegulatorMSP', 'consumer')).to.equal(false);
        expect(mayBringParticipant(CHARTER, 'SupplierMSP', 'consumer')).to.equal(false);
    });
});

describe('rules', () => {
    const withRules = (changes: Partial<CarrierRules>): (() => void) => {
        const rules = { ...RULES, carriers: { electricity: { ...ELECTRICITY_RULES, ...changes } } };
        return () => {
            checkRules(rules, CHARTER);
        };
    };

    it('keep floor below cap and the reference price between the imbalance prices', () => {
        checkRules(RULES, CHARTER);
        const at = priceMicroPerKwh(90_000n);
        withRules({ imbalanceShortMicroPerKwh: at, imbalanceLongMicroPerKwh: at })();
    });

    const refused: Readonly<Record<string, Partial<CarrierRules>>> = {
        'the floor is not above the cap': { priceFloorMicroPerKwh: priceMicroPerKwh(1_000_001n) },
        'B+ is not below the reference': { imbalanceShortMicroPerKwh: priceMicroPerKwh(89_999n) },
        'B- is not above the reference': { imbalanceLongMicroPerKwh: priceMicroPerKwh(90_001n) },
        'B+ is not negative': {
            referencePriceMicroPerKwh: priceMicroPerKwh(-2n),
            imbalanceShortMicroPerKwh: priceMicroPerKwh(-1n),
            imbalanceLongMicroPerKwh: priceMicroPerKwh(-3n),
        },
        'the network fee is not negative': { networkFeeMicroPerKwh: priceMicroPerKwh(-1n) },
        'the subsidy is not negative': { subsidyMicroPerKwh: priceMicroPerKwh(-1n) },
        'some energy is tradable': { slotEnergyMaxWh: energyWh(0n) },
    };
    for (const [reason, changes] of Object.entries(refused)) {
        it(`are refused: ${reason}`, () => {
            expectRefusal(withRules(changes), 'RULES_INVALID', { reason, carrier: 'electricity' });
        });
    }

    it('are missing for a carrier that is not traded', () => {
        expectRefusal(() => rulesOf(RULES, 'gas'), 'TERMS_INVALID', { carrier: 'gas' });
    });
});
