import type { AccountName } from '@commonwatt/chaincode/domain/posting';
import {
    COVER,
    CREDIT,
    EXECUTION,
    LANE,
    PAYOUT,
    type RecordType,
    SETTLEMENT,
    SUBSIDY_FUND,
} from '@commonwatt/chaincode/store/keys';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';

/** Every record of a type on the ledger of the market. */
export const recordsOf = <Value>(ledger: LedgerDouble, type: RecordType<Value>): Value[] =>
    ledger
        .range('exchange', `${type.name}/`, `${type.name}0`)
        .map(([, { value }]) => type.codec.decode(value.toString('utf8')));

/** What records say is held, by account. */
export function heldByAccount(ledger: LedgerDouble): Map<AccountName, bigint> {
    const held = new Map<AccountName, bigint>();
    const add = <Value>(type: RecordType<Value>): void => {
        for (const record of recordsOf(ledger, type)) {
            for (const [account, nano] of type.money?.(record) ?? []) {
                held.set(account, (held.get(account) ?? 0n) + nano);
            }
        }
    };
    add(LANE);
    add(CREDIT);
    add(COVER);
    add(EXECUTION);
    add(PAYOUT);
    add(SUBSIDY_FUND);
    return held;
}

/** All money of the market, the system's own accounts included: it is what was paid in less what was paid out, whatever happened since. */
export function moneyIn(ledger: LedgerDouble): bigint {
    const imbalances = recordsOf(ledger, SETTLEMENT)
        .flatMap((settlement) => settlement.postings)
        .filter((posting) => posting.account.startsWith('system/'));
    const held = [...heldByAccount(ledger).values(), ...imbalances.map((posting) => posting.amountNano)];
    return held.reduce((sum: bigint, nano) => sum + nano, 0n);
}
