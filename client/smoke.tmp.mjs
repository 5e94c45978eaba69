import {
    connect,
    adminIdentity,
    createIdentity,
    identityOf,
    readConnectionProfile,
    subjectHashOfCertificate,
    draftTerms,
    documentSignerOf,
    signDocument,
} from './dist/index.js';
import { readFileSync } from 'node:fs';
import { establishCodec } from '@commonwatt/chaincode/wire/charter';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
const X = process.argv[2];
const S = '/tmp/cw-client';
const profile = async (o) => readConnectionProfile(`${S}/organizations/${o}/connection.json`);
const P = {};
for (const o of ['operator', 'community', 'supplier', 'regulator']) P[o] = await profile(o);
const admin = {};
for (const o in P) admin[o] = await connect({ profile: P[o], identity: await adminIdentity(P[o]) });
const doc = JSON.parse(readFileSync('/work/main/test-network-config/charter-virtual.json'));
doc.charter.firstSlot = 1000;
const t = (l) => console.log(l, Math.round(performance.now()));
t('start');
const est = await admin.operator.charter.establish(establishCodec.fromJson(doc));
t('established ' + est.exchange.blockNumber + ' ' + est.supervision.blockNumber);
const mk = async (o, n, role = 'client') => {
    const e = await createIdentity(P[o], n, role);
    return { e, m: await connect({ profile: P[o], identity: identityOf(e) }) };
};
const rev = await mk('regulator', 'reviewer-' + X);
const op = await mk('operator', 'officer-' + X);
const a = await mk('community', 'bld-' + X),
    s = await mk('supplier', 'seller-' + X);
await admin.regulator.seats.grant({
    kind: 'reviewer',
    mspId: 'RegulatorMSP',
    subjectHash: subjectHashOfCertificate('RegulatorMSP', rev.e.certificate),
    publicKey: rev.e.signingKey.publicKey,
});
t('seat');
for (const kind of ['metering', 'settlement', 'platform', 'dispatcher'])
    await admin.operator.seats.grant({
        kind,
        mspId: 'OperatorMSP',
        subjectHash: subjectHashOfCertificate('OperatorMSP', op.e.certificate),
        publicKey: op.e.signingKey.publicKey,
    });
t('seats ' + (await a.m.seats.list()).length);
await Promise.all([
    a.m.participants.apply({
        participantId: 'bld-' + X,
        kind: 'consumer',
        sector: 'residential',
        beneficialOwnerMspId: null,
    }),
    s.m.participants.apply({
        participantId: 'seller-' + X,
        kind: 'energySeller',
        sector: null,
        beneficialOwnerMspId: null,
    }),
]);
t('applied');
try {
    await s.m.qualifications.grant({ participantId: 'seller-' + X, permits: [], reasonCode: 'nope' });
} catch (e) {
    console.log(e.name, e.message);
}
await Promise.all(
    ['bld-' + X, 'seller-' + X].map((p) =>
        rev.m.qualifications.grant({
            participantId: p,
            permits: [{ carrier: 'electricity', buy: true, sell: true }],
            reasonCode: 'documentsComplete',
        }),
    ),
);
t('qualified');
await op.m.accounts.deposit({ paymentId: 'pay-' + X, participantId: 'bld-' + X, amountNano: 10_000_000_000n });
t('deposit');
console.log(await a.m.accounts.show('bld-' + X));
try {
    await s.m.participants.show('nobody');
} catch (e) {
    console.log(e.name, e.message);
}

const { MeterSigner } = await import('./dist/index.js').catch(() => ({}));
import { generateKeyPairSync } from 'node:crypto';
const key = documentSignerOf(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const scope = { channel: 'commonwatt', chaincode: 'exchange' };
const read = async (sequence, slot, importWh) => {
    const reading = { pointId: 'mp-bld-' + X, meterId: 'meter-1', sequence, slot, importWh, exportWh: 0n };
    return {
        reading,
        signature: (await signDocument(key, 'commonwatt/reading/1', scope, readingCodec.toJson(reading))).signature,
    };
};
await op.m.meters.register({
    point: {
        pointId: 'mp-bld-' + X,
        participantId: 'bld-' + X,
        carrier: 'electricity',
        connectionPoint: 'node-1',
        fromSlot: 1001,
        meter: { meterId: 'meter-1', publicKey: key.publicKey },
    },
    baseline: await read(0, 1000, 100n),
});
await op.m.meters.register({
    point: {
        pointId: 'mp-seller-' + X,
        participantId: 'seller-' + X,
        carrier: 'electricity',
        connectionPoint: 'slack',
        fromSlot: 1001,
        meter: null,
    },
    baseline: null,
});
t('meters');
const terms = draftTerms({
    proposerId: 'seller-' + X,
    firstSlot: 1002,
    slotCount: 2,
    legs: [
        {
            carrier: 'electricity',
            sellerId: 'seller-' + X,
            sellerPoint: 'mp-seller-' + X,
            buyerId: 'bld-' + X,
            buyerPoint: 'mp-bld-' + X,
            energyWh: [500n, 500n],
            priceMicroPerKwh: [200000n, 200000n],
        },
    ],
});
const consents = [await s.m.agreements.consent(terms, 'seller-' + X), await a.m.agreements.consent(terms, 'bld-' + X)];
const con = await s.m.agreements.conclude(terms, consents);
t('concluded ' + con.blockNumber);
const again = await a.m.agreements.conclude(terms, consents);
t('again ' + again.blockNumber);
const id = con.value.agreementId;
try {
    await a.m.agreements.fund(id, null);
} catch (e) {
    console.log(e.name, e.message);
}
const view = await rev.m.agreements.show(id);
await rev.m.verdicts.approve(view.agreement, 'withinBounds');
t('approved');
const f = await a.m.agreements.fund(id, null);
t('funded');
console.log(f.value.holdings);
for (const [from, to] of [[1000, 1002]]) await op.m.clock.advance({ fromSlot: from, toSlot: to });
t('tick');
await op.m.clock.advance({ fromSlot: 1003, toSlot: 1005 });
await a.m.readings.submit([await read(1, 1001, 150n), await read(2, 1002, 600n), await read(3, 1003, 1100n)]);
t('readings');
for (const slot of [1001, 1002, 1003]) {
    const r = await s.m.settlements.run('electricity', slot);
    console.log(r.value, r.blockNumber);
}
t('settled');
console.log((await s.m.settlements.show('electricity', 1002)).postings);
console.log((await a.m.agreements.history(id)).map((h) => [h.transactionId.slice(0, 8), h.execution?.state]));
console.log(await s.m.accounts.show('seller-' + X));
for (const m of [...Object.values(admin), rev.m, op.m, a.m, s.m]) m.close();
