import { randomBytes } from 'node:crypto';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';

/** What a counter-offer changes; the parties stay. */
export type TermsChange = Partial<Omit<Terms, 'version' | 'previousHash' | 'proposerId' | 'salt'>>;

/**
 * Terms as another party's proposal: they carry its name and a salt of their own, so that they are an agreement of their
 * own and no earlier consent, given or withdrawn, counts for them.
 */
export const proposeTerms = (terms: Terms, proposerId: string, change: TermsChange = {}): Terms => ({
    ...terms,
    ...change,
    proposerId,
    salt: newSalt(),
});

export const newSalt = (): string => randomBytes(32).toString('hex');
