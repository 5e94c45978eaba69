import type { Leg, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Administrators, Charter } from '@commonwatt/chaincode/domain/charter';
import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import { amountNano, energyWh, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';

/** First slot of the sample market. */
export const FIRST_SLOT = 1_000;

/** Administrators as Fabric marks them by itself. */
export const BY_UNIT: Administrators = { unit: 'admin', certificates: [] };

export const CHARTER: Charter = {
    orgs: { operator: 'OperatorMSP', community: 'CommunityMSP', supplier: 'SupplierMSP', regulator: 'RegulatorMSP' },
    administrators: {
        OperatorMSP: BY_UNIT,
        CommunityMSP: BY_UNIT,
        SupplierMSP: BY_UNIT,
        RegulatorMSP: BY_UNIT,
    },
    seats: {
        operator: ['dispatcher', 'metering', 'settlement', 'platform', 'voter'],
        community: ['voter'],
        supplier: ['voter'],
        regulator: ['reviewer', 'voter'],
    },
    participants: {
        operator: ['networkOperator'],
        community: ['consumer', 'prosumer', 'prosumerWithStorage'],
        supplier: ['energySeller'],
        regulator: [],
    },
    chaincodes: { supervision: 'supervision', exchange: 'exchange' },
    currency: 'EUR',
    clock: 'virtual',
    slotMinutes: 15,
    firstSlot: FIRST_SLOT,
    rulesNoticeSlots: 3,
    priceMaxMicroPerKwh: priceMicroPerKwh(10_000_000n),
};

export const ELECTRICITY_RULES: CarrierRules = {
    priceFloorMicroPerKwh: priceMicroPerKwh(-500_000n),
    priceCapMicroPerKwh: priceMicroPerKwh(1_000_000n),
    slotEnergyMaxWh: energyWh(1_000_000n),
    referencePriceMicroPerKwh: priceMicroPerKwh(90_000n),
    imbalanceShortMicroPerKwh: priceMicroPerKwh(150_000n),
    imbalanceLongMicroPerKwh: priceMicroPerKwh(50_000n),
    networkFeeMicroPerKwh: priceMicroPerKwh(0n),
    screening: 'distributed',
    haltRestSlots: 96,
    relation: { kind: 'peerToPeer' },
    subsidyMicroPerKwh: priceMicroPerKwh(0n),
    conformityStandards: [],
};

export const RULES: Rules = {
    version: 1,
    carriers: { electricity: ELECTRICITY_RULES, heat: ELECTRICITY_RULES },
    haltGraceSlots: 1,
    readingDeadlineSlots: 2,
    reconciliationAfterSlots: [4, 8, 12],
    debtLimitNano: amountNano(10n ** 20n),
    votesNeeded: 3,
};

/** One leg of electricity from `solar` to `anna`: two slots unless told otherwise. */
export function sampleLeg(changes: Partial<Leg> = {}): Leg {
    return {
        carrier: 'electricity',
        sellerId: 'solar',
        sellerPoint: 'solar-point',
        buyerId: 'anna',
        buyerPoint: 'anna-point',
        energyWh: [energyWh(300n), energyWh(200n)],
        priceMicroPerKwh: [priceMicroPerKwh(200_000n), priceMicroPerKwh(180_000n)],
        ...changes,
    };
}

/** Terms that the sample market accepts. */
export function sampleTerms(changes: Partial<Terms> = {}): Terms {
    return {
        version: 1,
        previousHash: null,
        proposerId: 'solar',
        salt: '00'.repeat(32),
        rulesVersion: 1,
        parties: [
            { participantId: 'solar', lane: 0 },
            { participantId: 'anna', lane: 0 },
        ],
        legs: [sampleLeg()],
        conversions: [],
        firstSlot: FIRST_SLOT,
        slotCount: 2,
        defaultRateMicroPerKwh: priceMicroPerKwh(100_000n),
        defaultCapNano: amountNano(1_000_000_000n),
        toleranceBp: 500,
        takeOrPay: true,
        exemptions: ['halt'],
        verification: 'meters',
        curtailable: false,
        concludeBeforeSlot: FIRST_SLOT,
        ...changes,
    };
}
