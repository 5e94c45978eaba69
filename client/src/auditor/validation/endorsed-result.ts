import type { Event } from '@commonwatt/chaincode/ledger-double';
import { type common, peer } from '@hyperledger/fabric-protos';
import type { Signed } from '../signed.js';
import { exactly, readOrNull } from './exactly.js';
import { type NamespaceSet, readWriteSet } from './read-write-set.js';
import * as schemas from './schemas.js';

const Code = peer.TxValidationCode;

/** What endorsers state that a transaction does: in which chaincode of which version, what it reads and writes, its event. */
export type Result = Readonly<{
    chaincode: string;
    version: string;
    sets: readonly NamespaceSet[];
    event: Event | null;
    endorsements: readonly Signed[];
}>;

/** Reads what was endorsed, in the order in which a peer looks at it; or the code of what is wrong with it. */
export function resultOf(header: common.ChannelHeader, action: peer.ChaincodeActionPayload): Result | number {
    const called = readOrNull(() =>
        exactly(peer.ChaincodeHeaderExtension, schemas.headerExtension, header.getExtension_asU8()),
    );
    if (called === null) {
        return Code.BAD_HEADER_EXTENSION;
    }
    const answer = action.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array();
    const stated = readOrNull(() => statedIn(answer));
    if (stated === null) {
        return Code.BAD_RESPONSE_PAYLOAD;
    }
    const sets = readOrNull(() => readWriteSet(stated.getResults_asU8()));
    if (sets === null) {
        return Code.BAD_RWSET;
    }
    const ran = stated.getChaincodeId();
    const event = readOrNull(() => eventOf(stated.getEvents_asU8()));
    const code = codeOf(called.getChaincodeId(), ran, event, sets);
    if (code !== Code.VALID) {
        return code;
    }
    return { ...namesOf(ran), sets, event: event?.event ?? null, endorsements: endorsementsOf(action, answer) };
}

const namesOf = (ran: peer.ChaincodeID | undefined): Pick<Result, 'chaincode' | 'version'> => ({
    chaincode: ran?.getName() ?? '',
    version: ran?.getVersion() ?? '',
});

/** Endorsers sign what they answered, each with its own name. */
function endorsementsOf(action: peer.ChaincodeActionPayload, answer: Uint8Array): Signed[] {
    const endorsements = action.getAction()?.getEndorsementsList() ?? [];
    return endorsements.map((endorsement) => ({
        identity: endorsement.getEndorser_asU8(),
        signed: Buffer.concat([answer, endorsement.getEndorser_asU8()]),
        signature: endorsement.getSignature_asU8(),
    }));
}

/** Whether chaincode, event and namespaces go together: what was called, and what ran. */
function codeOf(
    called: peer.ChaincodeID | undefined,
    ran: peer.ChaincodeID | undefined,
    event: FoundEvent | null,
    sets: readonly NamespaceSet[],
): number {
    if (called === undefined || ran === undefined) {
        return Code.INVALID_OTHER_REASON;
    }
    const name = called.getName();
    if (name === '' || name !== ran.getName() || ran.getVersion() === '') {
        return Code.INVALID_CHAINCODE;
    }
    if (event?.chaincode !== (event?.isThere === true ? name : '')) {
        return Code.INVALID_OTHER_REASON;
    }
    const isOneSetEach = new Set(sets.map(({ namespace }) => namespace)).size === sets.length;
    return isOneSetEach ? Code.VALID : Code.ILLEGAL_WRITESET;
}

/** @throws Malformed */
function statedIn(answer: Uint8Array): peer.ChaincodeAction | null {
    const extension = exactly(peer.ProposalResponsePayload, schemas.responsePayload, answer).getExtension_asU8();
    return extension.length === 0 ? null : exactly(peer.ChaincodeAction, schemas.chaincodeAction, extension);
}

type FoundEvent = Readonly<{ isThere: boolean; chaincode: string; event: Event | null }>;

/** @throws Malformed */
function eventOf(bytes: Uint8Array): FoundEvent {
    const event = exactly(peer.ChaincodeEvent, schemas.chaincodeEvent, bytes);
    const [name, chaincode] = [event.getEventName(), event.getChaincodeId()];
    const payload = Buffer.from(event.getPayload_asU8()).toString('utf8');
    return { isThere: bytes.length > 0, chaincode, event: name === '' ? null : { name, payload } };
}

/** Whether a transaction changes anything in a namespace. */
export const writesIn = ({ keys, collections }: NamespaceSet): boolean =>
    [keys, ...collections].some(({ writes, policyWrites }) => writes.length + policyWrites.length > 0);
