import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import { consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { documentSignerOf } from '../../document-signer.js';
import { signFor } from '../../signing.js';
import type { Session } from '../session.js';
import type { SigningParty } from './party.js';

/** Signs terms for a party with the key of `--as`, without a network. */
export async function consentOf(
    session: Session,
    agreementId: string,
    terms: Terms,
    { participantId, mandateId }: SigningParty,
): Promise<Consent> {
    const { channel, chaincodes } = await session.profile();
    const entry = await (await session.wallet()).get(session.identityName);
    const signer = documentSignerOf(entry.signingKey.privateKey);
    const scope = { channel, chaincode: chaincodes.exchange };
    return await signFor(participantId, mandateId, consentDocument(terms, agreementId), scope, signer);
}
