import { connect, identityOf, readConnectionProfile, FileWallet, draftTerms, adminIdentity } from './dist/index.js';
const S = '/tmp/cw-client';
const who = async (o, n) =>
    connect({
        profile: `${S}/organizations/${o}/connection.json`,
        identity: identityOf(await new FileWallet(`${S}/wallets/${o}`).get(n)),
    });
const b = await who('community', 'bld-12'),
    s = await who('supplier', 'sel-1'),
    o = await who('operator', 'officer-1');
const first = Number(process.argv[2]);
const mk = (e) =>
    draftTerms({
        proposerId: 'sel-1',
        firstSlot: first,
        slotCount: 1,
        legs: [
            {
                carrier: 'electricity',
                sellerId: 'sel-1',
                sellerPoint: 'mp-sel-1',
                buyerId: 'bld-12',
                buyerPoint: 'mp-bld-12',
                energyWh: [e],
                priceMicroPerKwh: [200000n],
            },
        ],
    });
let t = performance.now();
const terms = mk(5n);
const cs = [await b.agreements.consent(terms, 'bld-12'), await s.agreements.consent(terms, 'sel-1')];
const same = await Promise.all([...Array(20)].map((_, i) => [b, s, o][i % 3].agreements.conclude(terms, cs)));
console.log('same conclude x20', same.map((x) => x.blockNumber).join(','), Math.round(performance.now() - t), 'ms');
t = performance.now();
const many = await Promise.all(
    [...Array(100)].map(async (_, i) => {
        const x = mk(BigInt(i + 10));
        const c = [await b.agreements.consent(x, 'bld-12'), await s.agreements.consent(x, 'sel-1')];
        return [b, s, o][i % 3].agreements.conclude(x, c);
    }),
);
console.log(
    '100 concludes',
    Math.round(performance.now() - t),
    'ms',
    new Set(many.map((m) => m.blockNumber)).size,
    'blocks',
);
t = performance.now();
const deposits = await Promise.all(
    [...Array(100)].map((_, i) =>
        o.accounts.deposit({ paymentId: `p-${first}-${i}`, participantId: 'bld-12', amountNano: 1000000n }),
    ),
);
console.log(
    '100 deposits',
    Math.round(performance.now() - t),
    'ms',
    new Set(deposits.map((m) => m.blockNumber)).size,
    'blocks',
);
for (const m of [b, s, o]) m.close();
