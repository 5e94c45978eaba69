/** Amounts by account, in billionths of the currency. */
export type Balances = ReadonlyMap<string, bigint>;

type Amounts = Readonly<{
    participantId: string;
    agreementId: string;
    paymentId: string | null;
    returnReason: string | null;
    carrier: string;
    balanceNano: string;
    amountNano: string;
    holdings: readonly Readonly<{ participantId: string; energyNano: string; defaultNano: string }>[];
    postings: readonly Readonly<{ account: string; amountNano: string }>[];
}>;

/**
 * Money that a record of the exchange holds for accounts, by its key and its text alone. A deposit stands for what is
 * held outside, a payout that was paid for what no longer is, a settlement for what it posted to the market's own accounts.
 */
export function moneyIn(key: string, text: string): readonly (readonly [account: string, amountNano: bigint])[] {
    const [chaincode, type] = key.split('/');
    if (chaincode !== 'exchange') {
        return [];
    }
    const record = JSON.parse(text) as Amounts;
    switch (type) {
        case 'lane':
            return [[`free/${record.participantId}`, BigInt(record.balanceNano)]];
        case 'credit':
            return [[`free/${record.participantId}`, BigInt(record.amountNano)]];
        case 'cover':
            return [[`cover/${record.participantId}/${record.carrier}`, BigInt(record.balanceNano)]];
        case 'execution':
            return record.holdings.map(({ participantId, energyNano, defaultNano }) => [
                `escrow/${record.agreementId}/${participantId}`,
                BigInt(energyNano) + BigInt(defaultNano),
            ]);
        case 'payout':
            return heldByPayout(record);
        case 'subsidy-fund':
            return [[`subsidy/${record.carrier}`, BigInt(record.balanceNano)]];
        case 'subsidy-payment':
        case 'deposit':
            return [['system/external', -BigInt(record.amountNano)]];
        case 'settlement':
            return record.postings
                .filter(({ account }) => account.startsWith('system/'))
                .map(({ account, amountNano }) => [account, BigInt(amountNano)]);
        default:
            return [];
    }
}

/** One that came back is held by a credit. */
function heldByPayout({ participantId, amountNano, paymentId, returnReason }: Amounts): [string, bigint][] {
    if (returnReason !== null) {
        return [];
    }
    return [[paymentId === null ? `payout/${participantId}` : 'system/external', BigInt(amountNano)]];
}

/** What records hold for each account. */
export function balancesIn(state: Iterable<readonly [key: string, text: string]>): Balances {
    const balances = new Map<string, bigint>();
    for (const [key, text] of state) {
        for (const [account, amountNano] of moneyIn(key, text)) {
            balances.set(account, (balances.get(account) ?? 0n) + amountNano);
        }
    }
    return balances;
}

export const totalOf = (balances: Balances): bigint => [...balances.values()].reduce((sum, each) => sum + each, 0n);
