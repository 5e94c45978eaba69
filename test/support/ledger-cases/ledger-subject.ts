import type { OrgName } from '@commonwatt/network';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { Operation } from './scripted-chaincode.js';

/** Which chaincode runs a script, and whose peers endorse it: `exchange`, and all four. */
export type Where = Readonly<{ chaincode?: 'exchange' | 'supervision'; endorsers?: readonly OrgName[] }>;

/** An endorsed script that has not been ordered. */
export type Held = Readonly<{
    answers: readonly Json[];
    event: Readonly<{ name: string; payload: string }> | null;
    /** Has it ordered; returns Fabric's validation code. */
    commit: () => Promise<string>;
}>;

/** A ledger on which the scripted chaincode runs under both names: a real one, or its double. */
export interface LedgerSubject {
    /** @throws Error with the chaincode's message when a peer refuses */
    endorse: (operations: readonly Operation[], where?: Where) => Promise<Held>;
}
