import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isAdministrator } from '@commonwatt/chaincode/domain/charter';
import { callerOf } from '@commonwatt/chaincode/store/caller';
import { subjectHashOfCertificate } from '@commonwatt/client';
import { expect } from 'chai';
import { ChaincodeStub } from 'fabric-shim';
import { createStubInstance } from 'sinon';
import { attribute, certificateWith, der, nameOf, pemOf, PRINTABLE, UTF8 } from '../../support/der.js';
import { expectRefusal } from '../../support/refusals.js';
import { CHARTER } from '../../support/sample-market.js';
import { createIdentity, createMember, type Identity } from '../../support/stub-identity.js';

type Caller = ReturnType<typeof callerOf>;

function callerWith(mspid: string, idBytes: Uint8Array): Caller {
    const stub = createStubInstance(ChaincodeStub);
    stub.getCreator.returns({ mspid, idBytes });
    return callerOf(stub);
}

const caller = ({ creator }: Pick<Identity, 'creator'>): Caller => callerWith(creator.mspid, creator.idBytes);
const ofText = (pem: string): Caller => callerWith('OperatorMSP', Buffer.from(pem));
const named = (...relativeNames: readonly (readonly Buffer[])[]): Caller =>
    ofText(pemOf(certificateWith(nameOf(...relativeNames))));
const isAdmin = (each: Caller): boolean => isAdministrator(CHARTER, each);

/** Certificates that `openssl req -x509 -multivalue-rdn` made. */
const madeByOpenssl = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../../../fixtures/certificates/${name}.pem`, import.meta.url)), 'utf8');

describe('the caller', () => {
    it('is bound to MSP and subject of its certificate', async () => {
        const anna = await createMember('CommunityMSP', 'anna');
        const { certificateHash, ...rest } = caller(anna);
        expect(rest).to.deep.equal({ mspId: 'CommunityMSP', subjectHash: anna.subjectHash, units: ['client'] });
        expect(certificateHash).to.match(/^[0-9a-f]{64}$/);
        const others = await Promise.all([
            createMember('SupplierMSP', 'anna'),
            createMember('CommunityMSP', 'anne'),
            createMember('CommunityMSP', 'anna', 'admin'),
        ]);
        for (const other of others) {
            expect(caller(other).subjectHash).not.to.equal(anna.subjectHash);
        }
    });

    it('stays the same when its certificate is renewed, and is the same to clients', async () => {
        const [first, renewed] = [
            await createMember('CommunityMSP', 'anna'),
            await createMember('CommunityMSP', 'anna'),
        ];
        expect(renewed.creator.idBytes).not.to.deep.equal(first.creator.idBytes);
        expect(caller(renewed).subjectHash).to.equal(caller(first).subjectHash);
        expect(caller(renewed).certificateHash).not.to.equal(caller(first).certificateHash);
        const pem = Buffer.from(first.creator.idBytes).toString();
        expect(subjectHashOfCertificate('CommunityMSP', pem)).to.equal(first.subjectHash);
    });

    it('stays the same when another key of another curve is certified', () => {
        const [first, renewed] = [madeByOpenssl('affiliated-admin'), madeByOpenssl('affiliated-admin-renewed')];
        expect(ofText(renewed).subjectHash).to.equal(ofText(first).subjectHash);
        expect(subjectHashOfCertificate('OperatorMSP', renewed)).to.equal(ofText(first).subjectHash);
    });

    it('is an administrator by its organisational unit, alone or beside its affiliation', async () => {
        expect(isAdmin(caller(await createMember('OperatorMSP', 'root', 'admin')))).to.equal(true);
        for (const name of ['affiliated-admin', 'affiliated-admin-renewed']) {
            const affiliated = ofText(madeByOpenssl(name));
            expect(affiliated.units, name).to.have.members(['admin', 'org1', 'department1']);
            expect(isAdmin(affiliated), name).to.equal(true);
        }
        expect(isAdmin(named([attribute('OU', 'admin', PRINTABLE)], [attribute('CN', 'x')]))).to.equal(true);
    });

    it('is none by what only looks like that unit', async () => {
        const others = [
            'OU=client,CN=OU\\=admin',
            'OU=client,CN=x\\0AOU\\=admin',
            'OU=admins,CN=x',
            'OU=client,O=admin,CN=admin',
            'OU=client+CN=admin',
            'OU=Admin,CN=x',
        ];
        for (const subject of others) {
            expect(isAdmin(caller(await createIdentity('OperatorMSP', subject))), subject).to.equal(false);
        }
        for (const name of ['client-named-admin', 'client-newline', 'client-plus']) {
            expect(isAdmin(ofText(madeByOpenssl(name))), name).to.equal(false);
        }
        const broken = named([attribute('OU', Uint8Array.of(0xff, 0x61))], [attribute('OU', 'ad\0min')]);
        expect(isAdmin(broken), 'bytes that are no text').to.equal(false);
    });

    it('is the one whose certificate the charter names', async () => {
        const [chief, other] = [await createMember('OperatorMSP', 'chief'), await createMember('OperatorMSP', 'chief')];
        const { certificateHash } = caller(chief);
        const administrators = {
            ...CHARTER.administrators,
            OperatorMSP: { unit: null, certificates: [certificateHash] },
        };
        const charter = { ...CHARTER, administrators };
        expect(isAdministrator(charter, caller(chief))).to.equal(true);
        expect(isAdministrator(charter, caller(other)), 'another certificate of the same name').to.equal(false);
        expect(isAdministrator(charter, { ...caller(chief), mspId: 'SupplierMSP' })).to.equal(false);
        const admin = caller(await createMember('OperatorMSP', 'root', 'admin'));
        expect(isAdministrator(charter, admin), 'a unit that the charter does not name').to.equal(false);
    });

    it('is another for each spelling of another name', () => {
        const names = [
            named([attribute('OU', 'client')], [attribute('CN', 'a')]),
            named([attribute('CN', 'a')], [attribute('OU', 'client')]),
            named([attribute('OU', 'client'), attribute('CN', 'a')]),
            named([attribute('OU', 'client')], [attribute('CN', 'a', PRINTABLE)]),
            named([attribute('OU', 'client\nCN=a')]),
            named([attribute('OU', 'client+CN=a')]),
            named([attribute('OU', 'client')], [attribute('CN', 'a\n')]),
            named([attribute('OU', 'client')], [attribute('CN', 'a')], [attribute('CN', 'a')]),
            named([attribute('OU', 'client')], [attribute('O', 'a')]),
            named([attribute('OU', 'client')], [attribute('CN', 'a\0')]),
        ];
        expect(new Set(names.map(({ subjectHash }) => subjectHash)).size).to.equal(names.length);
        const swapped = named([attribute('CN', 'a'), attribute('OU', 'client')]);
        expect(swapped.subjectHash, 'a relative name is a set').to.equal(names[2]?.subjectHash);
    });
});

describe('a caller who sends poison for a certificate', () => {
    const sound = certificateWith(nameOf([attribute('OU', 'client')], [attribute('CN', 'x')]));
    const admin = certificateWith(nameOf([attribute('OU', 'admin')], [attribute('CN', 'root')]));
    // Of the last digit before the padding, two or four bits say nothing.
    const loose = pemOf(certificateWith(nameOf([attribute('CN', 'ab')]))).replace(/.(=+)\n-----END/, '/$1\n-----END');
    const subject = nameOf([attribute('CN', 'x')]);
    const POISON: Readonly<Record<string, string | Uint8Array>> = {
        nothing: '',
        'no certificate': 'nobody',
        "its own certificate under another label, and somebody else's after it": `${pemOf(sound, 'X')}${pemOf(admin)}`,
        'two certificates': `${pemOf(sound)}${pemOf(admin)}`,
        'a text before its certificate': `Subject: OU=admin\n${pemOf(sound)}`,
        'a text after its certificate': `${pemOf(sound)}OU=admin\n`,
        'headers inside its certificate': pemOf(sound).replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\n\n'),
        'base64 with loose bits': loose,
        'a certificate cut off': pemOf(sound.subarray(0, sound.length - 3)),
        'a certificate and more': pemOf(Buffer.concat([sound, Uint8Array.of(0)])),
        'a certificate of 100 kB': pemOf(certificateWith(nameOf([attribute('CN', 'x'.repeat(60_000))]))),
        'an indefinite length': pemOf(Buffer.concat([Uint8Array.of(0x30, 0x80), sound.subarray(2)])),
        'a long form of a short length': pemOf(
            certificateWith(Buffer.concat([Uint8Array.of(0x30, 0x81), subject.subarray(1)])),
        ),
        'a length beyond the end': pemOf(Uint8Array.of(0x30, 0x82, 0xff, 0xff)),
        'a tag of several bytes': pemOf(certificateWith(Uint8Array.of(0x3f, 0x81, 0x00, 0x00))),
        'a name that is a set': pemOf(certificateWith(der(0x31))),
        'an empty relative name': pemOf(certificateWith(nameOf([]))),
        'a number for a name': pemOf(certificateWith(nameOf([attribute('CN', Uint8Array.of(1), 0x02)]))),
        'a name within a name': pemOf(certificateWith(nameOf([attribute('CN', subject, 0x30)]))),
        'a thousand names': pemOf(
            certificateWith(nameOf(...Array.from({ length: 1_000 }, () => [attribute('CN', 'x')]))),
        ),
        'an object identifier cut off': pemOf(
            certificateWith(nameOf([der(0x30, der(0x06, Uint8Array.of(0x55, 0x84)), der(UTF8, 'x'))])),
        ),
        'a padded object identifier': pemOf(
            certificateWith(nameOf([der(0x30, der(0x06, Uint8Array.of(0x55, 0x80, 0x04)), der(UTF8, 'x'))])),
        ),
        'ten thousand nested elements': pemOf(certificateWith(Buffer.alloc(10_000, 0x30))),
    };
    for (const [what, poison] of Object.entries(POISON)) {
        it(`is refused by name: ${what}`, () => {
            expectRefusal(() => callerWith('OperatorMSP', Buffer.from(poison)), 'CERTIFICATE_INVALID');
        });
    }

    it('is read when there is no poison in it', () => {
        expect(ofText(pemOf(sound)).units).to.deep.equal(['client']);
        expect(ofText(pemOf(sound).replaceAll('\n', '\r\n')).subjectHash).to.equal(ofText(pemOf(sound)).subjectHash);
    });
});
