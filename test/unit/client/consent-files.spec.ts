import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { cancellationDocument, consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { readCancellations, writeCancellation } from '@commonwatt/client/cli/agreement/cancellation-file';
import {
    readAmendment,
    readAmendmentConsent,
    writeAmendment,
    writeAmendmentConsent,
} from '@commonwatt/client/cli/amendment/files';
import { describeTerms } from '@commonwatt/client/cli/agreement/describe';
import { writeDraft } from '@commonwatt/client/cli/agreement/files';
import { readConsented } from '@commonwatt/client/cli/consent/file';
import { expect } from 'chai';
import { following, saleOf } from '../../support/amended.js';
import { expectRefusal } from '../../support/refusal.js';
import { FIRST_SLOT } from '../../support/sample-market.js';
import { inTemporaryFolder } from './temporary-folder.js';

const agreementId = 'a1'.repeat(32);
const consentOf = (participantId: string) => ({
    participantId,
    mandateId: null,
    keyId: 'b2'.repeat(32),
    signature: 'c3'.repeat(64),
});
const ENDING = { agreementId, version: 2, fromSlot: FIRST_SLOT + 1 };

describe('files of signed cancellations', () => {
    it('are read back together, when all sign the same', () =>
        inTemporaryFolder(async (folder) => {
            const files = ['anna', 'solar'].map((id) => join(folder, `${id}.json`));
            const consents = ['anna', 'solar'].map(consentOf);
            for (const [index, consent] of consents.entries()) {
                await writeCancellation(files[index] ?? '', { cancellation: ENDING, consent });
            }
            expect(await readCancellations(agreementId, files)).to.deep.equal({ cancellation: ENDING, consents });
        }));

    it('are refused when one is of another agreement, version or slot', () =>
        inTemporaryFolder(async (folder) => {
            const [mine, other] = [join(folder, 'mine.json'), join(folder, 'other.json')];
            await writeCancellation(mine, { cancellation: ENDING, consent: consentOf('anna') });
            for (const change of [{ agreementId: '00'.repeat(32) }, { version: 3 }, { fromSlot: FIRST_SLOT }]) {
                const cancellation = { ...ENDING, ...change };
                await writeCancellation(other, { cancellation, consent: consentOf('solar') });
                const read = readCancellations(agreementId, [mine, other]);
                await expectRefusal(read, 'invalid CONSENT_OF_OTHER', { file: other });
            }
            await expectRefusal(readCancellations('00'.repeat(32), [mine]), 'invalid CONSENT_OF_OTHER', { file: mine });
            await expectRefusal(readCancellations(agreementId, []), 'invalid OPTION_MISSING');
        }));
});

describe('a file whose signature is taken back', () => {
    const FIRST = saleOf([100n, 100n]);
    const next = following(FIRST, saleOf([100n, 70n]));
    const current = (): Promise<Agreement> =>
        Promise.resolve({ agreementId, termsHash: '', terms: FIRST, consents: [consentOf('anna')] });

    it('is the draft of an agreement, of its next version, or a signed cancellation', () =>
        inTemporaryFolder(async (folder) => {
            const file = join(folder, 'signed.json');
            await writeDraft(file, FIRST);
            const draft = await readConsented(file);
            expect(draft.body).to.deep.equal(consentDocument(FIRST));
            expect(await draft.asSigned(current)).to.deep.equal({ kind: 'agreement', terms: FIRST, changes: null });
            await writeAmendment(file, { agreementId, terms: next });
            const amendment = await readConsented(file);
            expect(amendment.body).to.deep.equal(consentDocument(next, agreementId));
            expect(await amendment.asSigned(current)).to.include({ kind: 'amendment' });
            await writeCancellation(file, { cancellation: ENDING, consent: consentOf('anna') });
            const cancellation = await readConsented(file);
            expect(cancellation.body).to.deep.equal(cancellationDocument(ENDING));
            expect(await cancellation.asSigned(current)).to.include({ kind: 'cancellation', terms: FIRST });
            await writeFile(file, '{"neither":1}');
            await expectRefusal(readConsented(file), 'invalid INPUT_INVALID');
        }));
});

describe('files of amendments', () => {
    const FIRST = saleOf([100n, 100n]);
    const draft = { agreementId, terms: following(FIRST, saleOf([100n, 100n, 70n, 70n], [1n, 1n, 1n, 2n])) };

    it('are read back, to be edited in between', () =>
        inTemporaryFolder(async (folder) => {
            const file = join(folder, 'amendment.json');
            await writeAmendment(file, draft);
            expect(await readAmendment(file)).to.deep.equal(draft);
            await writeFile(file, JSON.stringify({ agreementId, terms: { version: 2 } }));
            await expectRefusal(readAmendment(file), 'invalid INPUT_INVALID');
        }));

    it('take signatures of these very terms only', () =>
        inTemporaryFolder(async (folder) => {
            const file = join(folder, 'consent.json');
            await writeAmendmentConsent(file, draft, consentOf('anna'));
            expect(await readAmendmentConsent(file, draft)).to.deep.equal(consentOf('anna'));
            for (const other of [
                { ...draft, terms: { ...draft.terms, version: 3 } },
                { ...draft, agreementId: '00'.repeat(32) },
            ]) {
                await expectRefusal(readAmendmentConsent(file, other), 'invalid CONSENT_OF_OTHER', { file });
            }
        }));

    it('are told stretch by stretch, before they are signed', () => {
        expect(describeTerms(draft.terms)).to.deep.equal([
            `  solar sells anna 340 Wh of electricity at 0.000001, 0.000002 per kWh, slots ${FIRST_SLOT}..${FIRST_SLOT + 3}`,
            `    slots ${FIRST_SLOT}..${FIRST_SLOT + 1}: 100 Wh at 0.000001 each`,
            `    slot ${FIRST_SLOT + 2}: 70 Wh at 0.000001`,
            `    slot ${FIRST_SLOT + 3}: 70 Wh at 0.000002`,
            '  default 0.1 per kWh up to 1 beyond 0 bp; take or pay',
            `  void unless enacted before slot ${FIRST_SLOT + 4}`,
        ]);
        expect(describeTerms(FIRST)).to.have.length(3);
    });
});
