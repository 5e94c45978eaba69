import type { Consent } from '@commonwatt/chaincode/domain/agreement';
import { bodyFor } from '@commonwatt/chaincode/wire/mandate';
import type { DocumentBody, SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';

/** How a party's move is signed, when not with the identity's own key in its own name. */
export type Signing = Readonly<{
    /** Another key than the identity's. */
    signer?: DocumentSigner | undefined;
    /** The mandate under which the identity signs for the party. */
    mandateId?: string | null | undefined;
}>;

/** Signs a document in a party's name, as an agent where a mandate is named. */
export async function signFor(
    participantId: string,
    mandateId: string | null,
    [domain, body]: DocumentBody,
    scope: SignatureScope,
    signer: DocumentSigner,
): Promise<Consent> {
    const signed = await signDocument(signer, domain, scope, bodyFor(body, participantId, mandateId));
    return { participantId, mandateId, ...signed };
}
