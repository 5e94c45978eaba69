import type { Withdrawal } from '@commonwatt/chaincode/domain/consent';
import { withdrawalCodec, withdrawalDocument, withdrawCodec } from '@commonwatt/chaincode/wire/consent';
import { type DocumentBody, documentHashOf, keyIdOf } from '@commonwatt/chaincode/wire/signature';
import { translated } from './errors.js';
import type { Ledger } from './ledger.js';
import type { Committed } from './submitter.js';

/** Whose signature is taken back, when not the own one in the own name. */
export type WithdrawnSignature = Readonly<{
    /** As an agent, the mandate that it was given under. */
    mandateId?: string | null | undefined;
    /** Of the key that gave it: a party may take back what its agent signed. */
    keyId?: string | undefined;
}>;

/** Signatures on documents that wait for others. */
export class ConsentClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Takes a signature back, unless the document binds already: terms and their next version (`consentDocument`), a
     * cancellation (`cancellationDocument`), a change of keys (`rotationDocument`).
     * @throws ForbiddenError CALLER_NOT_PARTICIPANT, MANDATE_REVOKED · InvalidError SIGNATURE_INVALID · LimitError
     * ALLOWANCE_USED_UP
     */
    async withdraw(
        document: DocumentBody,
        participantId: string,
        { mandateId = null, keyId = keyIdOf(this.#ledger.documents.publicKey) }: WithdrawnSignature = {},
    ): Promise<Committed<Withdrawal>> {
        const withdrawal: Withdrawal = { participantId, documentHash: documentHashOf(document), keyId };
        const body = translated(() => withdrawalDocument(withdrawal));
        const { signature } = await this.#ledger.signFor(participantId, body, { mandateId });
        return await this.#ledger.submit(
            'exchange',
            'consent:withdraw',
            () => withdrawCodec.encode({ withdrawal, mandateId, signature }),
            withdrawalCodec.decode,
            () => Promise.resolve(null), // it has no listing: the same withdrawal again answers the same
        );
    }
}
