import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { agreementIdOf, termsCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { hashField, idField, signatureField } from '@commonwatt/chaincode/wire/fields';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { InvalidError } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { readDocument, writeDocument } from '../document-file.js';
import { jsonText } from '../output.js';

const consentSchema = z.strictObject({
    agreementId: hashField,
    participantId: idField,
    mandateId: hashField.nullable(),
    keyId: hashField,
    signature: signatureField,
});

/**
 * A draft is the terms as JSON, to be read and changed by people until it is signed.
 * @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason}
 */
export const readDraft = (file: string): Promise<Terms> => readDocument(file, termsCodec);

export const writeDraft = (file: string, terms: Terms): Promise<void> => writeDocument(file, termsCodec, terms);

/** @throws InvalidError CONSENT_OF_OTHER {file, agreementId} when it was given to other terms than the draft's */
export async function readConsent(file: string, terms: Terms): Promise<Consent> {
    const { agreementId, ...consent } = await readJsonFile(file, consentSchema);
    if (agreementId !== agreementIdOf(terms)) {
        throw new InvalidError({ code: 'CONSENT_OF_OTHER', operands: { file, agreementId } });
    }
    return consent;
}

export async function writeConsent(file: string, terms: Terms, consent: Consent): Promise<void> {
    await replaceFile(file, `${jsonText({ agreementId: agreementIdOf(terms), ...consent }, 2)}\n`);
}

/** How terms are named in conversation. */
export const namesOf = (terms: Terms): Readonly<{ agreementId: string; termsHash: string }> => ({
    agreementId: agreementIdOf(terms),
    termsHash: termsHashOf(terms),
});
