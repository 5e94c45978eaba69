import type { Consent } from '@commonwatt/chaincode/domain/agreement';
import type { Cancellation } from '@commonwatt/chaincode/wire/agreement';
import { hashField, idField, signatureField, slotField, versionField } from '@commonwatt/chaincode/wire/fields';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { InvalidError } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { jsonText } from '../output.js';

/** What one party signed: that an agreement ends, and before which slot. */
export type SignedCancellation = Readonly<{ cancellation: Cancellation; consent: Consent }>;

export const cancellationSchema = z.strictObject({
    agreementId: hashField,
    version: versionField,
    fromSlot: slotField,
    participantId: idField,
    mandateId: hashField.nullable(),
    keyId: hashField,
    signature: signatureField,
});

export async function writeCancellation(file: string, signed: SignedCancellation): Promise<void> {
    await replaceFile(file, `${jsonText({ ...signed.cancellation, ...signed.consent }, 2)}\n`);
}

/**
 * The one cancellation that all files sign.
 * @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID · InvalidError CONSENT_OF_OTHER {file, agreementId} when
 * a file is of another agreement, version or slot than the first
 */
export async function readCancellations(
    agreementId: string,
    files: readonly string[],
): Promise<Readonly<{ cancellation: Cancellation; consents: readonly Consent[] }>> {
    let cancellation: Cancellation | null = null;
    const consents: Consent[] = [];
    for (const file of files) {
        const { participantId, mandateId, keyId, signature, ...signed } = await readJsonFile(file, cancellationSchema);
        cancellation ??= { ...signed, agreementId };
        if (!isSame(signed, cancellation)) {
            throw new InvalidError({ code: 'CONSENT_OF_OTHER', operands: { file, agreementId: signed.agreementId } });
        }
        consents.push({ participantId, mandateId, keyId, signature });
    }
    if (cancellation === null) {
        throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--consent' } });
    }
    return { cancellation, consents };
}

const isSame = (left: Cancellation, right: Cancellation): boolean =>
    left.agreementId === right.agreementId && left.version === right.version && left.fromSlot === right.fromSlot;
