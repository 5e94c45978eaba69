import type { OwnerConsent } from '@commonwatt/chaincode/domain/meter';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { SignatureDomain } from '@commonwatt/chaincode/wire/signature';
import { documentSignerOf, signDocument } from '../../document-signer.js';
import type { Session } from '../session.js';

/** Signs as an owner with the key of `--as`, without a network. */
export async function signedByOwner(
    session: Session,
    participantId: string,
    [domain, body]: readonly [SignatureDomain, Json],
): Promise<OwnerConsent> {
    const { channel, chaincodes } = await session.profile();
    const { signingKey } = await (await session.wallet()).get(session.identityName);
    const scope = { channel, chaincode: chaincodes.exchange };
    const { signature } = await signDocument(documentSignerOf(signingKey.privateKey), domain, scope, body);
    return { participantId, signature };
}
