import { demand } from './errors.js';

/**
 * A signature taken back before the document binds: whatever it is that waits for others. The document is known by its
 * hash, the signature by the party that it stands for and the key that gave it.
 */
export type Withdrawal = Readonly<{ participantId: string; documentHash: string; keyId: string }>;

/**
 * A party takes back whatever was signed in its name, be it by its agent; an agent only what its own key signed.
 * @param signing who takes it back: by which key, and under which mandate
 * @throws SIGNATURE_INVALID {keyId}
 */
export function demandOwnSignature(
    { keyId }: Withdrawal,
    signing: Readonly<{ keyId: string; mandateId: string | null }>,
): void {
    const isOwn = signing.mandateId === null || signing.keyId === keyId;
    demand(isOwn, 'SIGNATURE_INVALID', { keyId });
}
