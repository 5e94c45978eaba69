import type { MeteringPoint, OwnerConsent } from '@commonwatt/chaincode/domain/meter';
import type { SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { idField, signatureField } from '@commonwatt/chaincode/wire/fields';
import { meteringPointCodec } from '@commonwatt/chaincode/wire/meter';
import { signedReadingCodec } from '@commonwatt/chaincode/wire/reading';
import { z } from 'zod';
import { replaceFile } from '../../durable-file.js';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { jsonText } from '../output.js';

/** A point as its owner signs it, with what its meter shows when it begins to count. */
export type MeterDraft = Readonly<{ point: MeteringPoint; baseline: SignedReading | null }>;

const draftSchema = z.strictObject({ point: z.json(), baseline: z.json().nullable() });
const consentSchema = z.strictObject({ participantId: idField, signature: signatureField });

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason} */
export async function readMeterDraft(file: string): Promise<MeterDraft> {
    const { point, baseline } = await readJsonFile(file, draftSchema);
    return translated(() => ({
        point: meteringPointCodec.fromJson(point as Json),
        baseline: baseline === null ? null : signedReadingCodec.fromJson(baseline as Json),
    }));
}

export async function writeMeterDraft(file: string, { point, baseline }: MeterDraft): Promise<void> {
    const content = {
        point: meteringPointCodec.toJson(point),
        baseline: baseline === null ? null : signedReadingCodec.toJson(baseline),
    };
    await replaceFile(file, `${jsonText(content, 2)}\n`);
}

/** @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID {file, path, reason} */
export const readOwnerConsent = (file: string): Promise<OwnerConsent> => readJsonFile(file, consentSchema);

export async function writeOwnerConsent(file: string, consent: OwnerConsent): Promise<void> {
    await replaceFile(file, `${jsonText(consent, 2)}\n`);
}
