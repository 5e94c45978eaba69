import type { Json } from '@commonwatt/chaincode/wire/canonical';
import {
    type Cancellation,
    cancellationDocument,
    consentDocument,
    termsCodec,
} from '@commonwatt/chaincode/wire/agreement';
import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { SignedDocument } from '@commonwatt/chaincode/domain/mandate';
import type { DocumentBody } from '@commonwatt/chaincode/wire/signature';
import { z } from 'zod';
import { translated } from '../../errors.js';
import { readJsonFile } from '../../json-file.js';
import { cancellationSchema } from '../agreement/cancellation-file.js';
import { amendmentSchema } from '../amendment/files.js';

/** A document as it was signed, and as what a mandate may cover it. */
export type ConsentedDocument = Readonly<{
    what: string;
    body: DocumentBody;
    /** @param current shows the agreement in force that it is about */
    asSigned: (current: (agreementId: string) => Promise<Agreement>) => Promise<SignedDocument>;
}>;

/**
 * What a file holds: the draft of an agreement, that of its next version, or a signed cancellation.
 * @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID {path, reason}
 */
export async function readConsented(file: string): Promise<ConsentedDocument> {
    const json = await readJsonFile(file, z.json());
    const signed = cancellationSchema.safeParse(json);
    if (signed.success) {
        const { agreementId, version, fromSlot } = signed.data;
        return cancelled({ agreementId, version, fromSlot });
    }
    const amendment = amendmentSchema.safeParse(json);
    const agreementId = amendment.success ? amendment.data.agreementId : null;
    const terms = translated(() => termsCodec.fromJson((amendment.success ? amendment.data.terms : json) as Json));
    if (agreementId === null) {
        const document: SignedDocument = { kind: 'agreement', terms, changes: null };
        return { what: 'an agreement', body: consentDocument(terms), asSigned: () => Promise.resolve(document) };
    }
    return {
        what: `version ${String(terms.version)} of agreement ${agreementId}`,
        body: consentDocument(terms, agreementId),
        asSigned: async (current) => ({ kind: 'amendment', terms, changes: await current(agreementId) }),
    };
}

const cancelled = (cancellation: Cancellation): ConsentedDocument => ({
    what: `the end of agreement ${cancellation.agreementId}`,
    body: cancellationDocument(cancellation),
    asSigned: async (current) => {
        const changes = await current(cancellation.agreementId);
        return { kind: 'cancellation', terms: changes.terms, changes };
    },
});
