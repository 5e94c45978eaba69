import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { consentBody } from '@commonwatt/chaincode/wire/agreement';
import { documentSignerOf, signDocument } from '../../document-signer.js';
import type { Session } from '../session.js';

/** Signs terms with the key of `--as`, without a network. @param participantId the party, when it is named otherwise */
export async function consentOf(
    session: Session,
    agreementId: string,
    terms: Terms,
    participantId: string = session.identityName,
): Promise<Consent> {
    const { channel, chaincodes } = await session.profile();
    const entry = await (await session.wallet()).get(session.identityName);
    const signer = documentSignerOf(entry.signingKey.privateKey);
    const scope = { channel, chaincode: chaincodes.exchange };
    const body = consentBody(agreementId, terms);
    return { participantId, ...(await signDocument(signer, 'commonwatt/agreement/1', scope, body)) };
}
