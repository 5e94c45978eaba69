import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { struckPointsCodec } from '@commonwatt/chaincode/wire/force-majeure';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import type { StatedDelivery, StruckPoint } from '../recompute/statement.js';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';

/** What sources have stated of a run's legs, as far as it is on the ledger. */
export const statedOf = ({ slot, legs }: Settlement, ledger: LedgerDouble): StatedDelivery[] =>
    legs.flatMap(({ agreementId, leg }) => {
        const written = ledger.read('exchange', ledgerKey('statement', [agreementId, leg, slot]));
        return written === undefined ? [] : [statementOf(written.value.toString('utf8'))];
    });

function statementOf(text: string): StatedDelivery {
    const { statement } = signedDeliveryCodec.decode(text);
    return { ...statement, deliveredWh: String(statement.deliveredWh) };
}

/** Points of a run's carrier for which force majeure is on the ledger. */
export function struckOf({ carrier, slot }: Settlement, ledger: LedgerDouble): StruckPoint[] {
    const written = ledger.read('exchange', ledgerKey('struck-points', [carrier, slot]));
    const points = written === undefined ? [] : struckPointsCodec.decode(written.value.toString('utf8')).points;
    return points.map(({ pointId, mspId }) => ({ pointId, slot, mspId }));
}

/** Legs of a run that fell short where force majeure struck their seller, under terms that know of it. */
export function sparedLegs(
    settlement: Settlement,
    ledger: LedgerDouble,
    termsOf: (agreementId: string) => Terms,
): number {
    const struck = new Set(struckOf(settlement, ledger).map(({ pointId }) => pointId));
    return settlement.legs.filter(({ agreementId, leg, shortWh }) => {
        const { legs, exemptions } = termsOf(agreementId);
        return shortWh > 0n && exemptions.includes('forceMajeure') && struck.has(legs[leg]?.sellerPoint ?? '');
    }).length;
}
