import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { termsCodec, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { hashField, idField, signatureField } from '@commonwatt/chaincode/wire/fields';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { InvalidError, translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { jsonText } from '../output.js';

/** The next version of an agreement, to be read and changed by people until it is signed. */
export type AmendmentDraft = Readonly<{ agreementId: string; terms: Terms }>;

export const amendmentSchema = z.strictObject({ agreementId: hashField, terms: z.json() });

const consentSchema = z.strictObject({
    agreementId: hashField,
    termsHash: hashField,
    participantId: idField,
    mandateId: hashField.nullable(),
    keyId: hashField,
    signature: signatureField,
});

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason} */
export async function readAmendment(file: string): Promise<AmendmentDraft> {
    const { agreementId, terms } = await readJsonFile(file, amendmentSchema);
    return { agreementId, terms: translated(() => termsCodec.fromJson(terms as Json)) };
}

export async function writeAmendment(file: string, { agreementId, terms }: AmendmentDraft): Promise<void> {
    await replaceFile(file, `${jsonText({ agreementId, terms: termsCodec.toJson(terms) }, 2)}\n`);
}

/** @throws InvalidError CONSENT_OF_OTHER {file, agreementId} when it was given to other terms than the draft's */
export async function readAmendmentConsent(file: string, draft: AmendmentDraft): Promise<Consent> {
    const { agreementId, termsHash, ...consent } = await readJsonFile(file, consentSchema);
    if (agreementId !== draft.agreementId || termsHash !== termsHashOf(draft.terms)) {
        throw new InvalidError({ code: 'CONSENT_OF_OTHER', operands: { file, agreementId } });
    }
    return consent;
}

export async function writeAmendmentConsent(file: string, draft: AmendmentDraft, consent: Consent): Promise<void> {
    await replaceFile(file, `${jsonText({ ...namesOf(draft), ...consent }, 2)}\n`);
}

/** How a version is named in conversation. */
export const namesOf = ({
    agreementId,
    terms,
}: AmendmentDraft): Readonly<{ agreementId: string; termsHash: string }> => ({
    agreementId,
    termsHash: termsHashOf(terms),
});
