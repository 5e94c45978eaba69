import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import { signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
import { documentSignerOf, MeterKeyFile, MeterSigner, VolatileMemory } from '@commonwatt/client';
import { expect } from 'chai';
import { rejectionOf } from './rejection.js';
import { inTemporaryFolder } from './temporary-folder.js';

const SCOPE = { channel: 'commonwatt', chaincode: 'exchange' };
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const KEY = documentSignerOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const registers = (
    importWh: bigint,
): { importWh: ReturnType<typeof energyWh>; exportWh: ReturnType<typeof energyWh> } => ({
    importWh: energyWh(importWh),
    exportWh: energyWh(0n),
});
const meter = (): MeterSigner =>
    new MeterSigner({ pointId: 'mp-1', meterId: 'meter-1', key: KEY, scope: SCOPE, memory: new VolatileMemory() });

describe('meter signer', () => {
    it('counts its readings from the baseline on and signs what the exchange verifies', async () => {
        const signer = meter();
        const readings = [
            await signer.baseline(100, registers(5n)),
            await signer.read(100, registers(7n)),
            await signer.read(101, registers(7n)),
            await signer.read(104, registers(9n)),
        ];
        expect(readings.map(({ reading }) => [reading.sequence, reading.slot])).to.deep.equal([
            [0, 99],
            [1, 100],
            [2, 101],
            [3, 104],
        ]);
        for (const { reading, signature } of readings) {
            const text = signedText('commonwatt/reading/1', SCOPE, KEY.publicKey, readingCodec.toJson(reading));
            verifySignature(text, KEY.publicKey, signature);
        }
    });

    it('gives the same reading again, and no other one of the same slot', async () => {
        const signer = meter();
        await signer.baseline(100, registers(5n));
        const first = await signer.read(100, registers(7n));
        expect((await signer.read(100, registers(7n))).reading).to.deep.equal(first.reading);
        expect((await rejectionOf(signer.read(100, registers(8n)))).code).to.equal('READING_OUT_OF_ORDER');
        expect((await rejectionOf(signer.read(101, registers(6n)))).code).to.equal('READING_NOT_MONOTONIC');
    });

    it('has one baseline, and reads nothing without it', async () => {
        const signer = meter();
        expect((await rejectionOf(signer.read(100, registers(1n)))).code).to.equal('METER_WITHOUT_BASELINE');
        await signer.baseline(100, registers(1n));
        await signer.baseline(100, registers(1n));
        expect((await rejectionOf(signer.baseline(101, registers(1n)))).code).to.equal('METER_IN_USE');
    });

    it('remembers a reading in its file before the signature leaves', async () => {
        await inTemporaryFolder(async (folder) => {
            const path = join(folder, 'meter.json');
            const file = await MeterKeyFile.create(path, 'mp-1', 'meter-1');
            await file.signer(SCOPE).baseline(100, registers(1n));
            await file.signer(SCOPE).read(100, registers(2n));
            expect(await readFile(path, 'utf8')).to.include('"sequence": 1');
            const reopened = await MeterKeyFile.open(path);
            expect(reopened.key.publicKey).to.equal(file.key.publicKey);
            expect((await reopened.signer(SCOPE).read(101, registers(2n))).reading.sequence).to.equal(2);
            expect((await rejectionOf(MeterKeyFile.create(path, 'mp-1', 'm'))).code).to.equal('METER_KEY_EXISTS');
        });
    });
});
