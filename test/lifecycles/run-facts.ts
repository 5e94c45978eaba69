import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { FactKind } from '@commonwatt/chaincode/domain/fact';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { factReviewCodec } from '@commonwatt/chaincode/wire/fact';
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

/** Points of a run's carrier for which force majeure is on the ledger, and confirmed. */
export function struckOf({ carrier, slot }: Settlement, ledger: LedgerDouble): StruckPoint[] {
    const written = ledger.read('exchange', ledgerKey('struck-points', [carrier, slot]));
    const declarations = written === undefined ? [] : struckPointsCodec.decode(textOf(written)).declarations;
    return declarations
        .filter(({ factHash }) => isConfirmed(ledger, 'forceMajeure', factHash))
        .flatMap(({ pointIds, mspId }) => pointIds.map((pointId) => ({ pointId, slot, mspId })));
}

/** Whether the regulator has confirmed a fact. */
export function isConfirmed(ledger: LedgerDouble, kind: FactKind, factHash: string): boolean {
    const review = ledger.read('supervision', ledgerKey('fact-review', [kind, factHash]));
    return review !== undefined && factReviewCodec.decode(textOf(review)).statement.finding === 'confirmed';
}

const textOf = ({ value }: Readonly<{ value: Buffer }>): string => value.toString('utf8');

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
