import type { Creator, Event, KeyPolicy, KeyWrite } from '@commonwatt/chaincode/ledger-double';
import { peer } from '@hyperledger/fabric-protos';
import { timestampMsOf } from '../block-reader.js';
import { serialized } from './members.js';
import type { Result } from './validation/endorsed-result.js';
import { exactly } from './validation/exactly.js';
import type { Opened } from './validation/opened-envelope.js';
import { type NamespaceSet, textOfKey } from './validation/read-write-set.js';
import * as schemas from './validation/schemas.js';

/** An endorsed transaction as the bytes of its block say. */
export type TransactionContent = Readonly<{
    transactionId: string;
    timeMs: number;
    chaincode: string;
    /** Version of the chaincode that its endorsers say they ran. */
    version: string;
    args: readonly Uint8Array[];
    creator: Creator;
    writes: readonly KeyWrite[];
    /** Policies of keys that are not written. */
    policies: readonly KeyPolicy[];
    event: Event | null;
}>;

/** What a valid transaction says. @throws Malformed when it cannot be read to the end */
export function transactionContent({ txId, header, creator, action }: Opened, result: Result): TransactionContent {
    const { chaincode, version, event, sets } = result;
    return {
        transactionId: txId,
        timeMs: (header === null ? null : timestampMsOf(header)) ?? 0,
        chaincode,
        version,
        args: argumentsIn(action?.getChaincodeProposalPayload_asU8() ?? new Uint8Array()),
        creator: serialized(creator),
        ...writesOf(sets),
        event,
    };
}

/** What the chaincode was called with: the verb, then its command. */
function argumentsIn(proposalPayload: Uint8Array): readonly Uint8Array[] {
    const proposal = exactly(peer.ChaincodeProposalPayload, schemas.proposalPayload, proposalPayload);
    const invocation = exactly(peer.ChaincodeInvocationSpec, schemas.invocationSpec, proposal.getInput_asU8());
    return invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
}

function writesOf(sets: readonly NamespaceSet[]): Pick<TransactionContent, 'writes' | 'policies'> {
    const writes: KeyWrite[] = [];
    const policies: KeyPolicy[] = [];
    for (const { namespace: chaincode, keys } of sets) {
        const policyOf = new Map(keys.policyWrites.map(({ key, policy }) => [key, policy ?? new Uint8Array()]));
        for (const { key, value } of keys.writes) {
            const text = value === null ? null : Buffer.from(value).toString('utf8');
            writes.push({ chaincode, key: textOfKey(key), value: text, policy: policyOf.get(key) ?? null });
            policyOf.delete(key);
        }
        policies.push(...[...policyOf].map(([key, policy]) => ({ chaincode, key: textOfKey(key), policy })));
    }
    return { writes, policies };
}
