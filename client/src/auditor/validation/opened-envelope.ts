import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import type { Members } from '../members.js';
import { exactly, readOrNull } from './exactly.js';
import * as schemas from './schemas.js';

const { ENDORSER_TRANSACTION, CONFIG, CONFIG_UPDATE } = common.HeaderType;
const Code = peer.TxValidationCode;

/** A transaction's envelope, as far as it can be read. */
export type Opened = Readonly<{
    code: number;
    type: number | null;
    /** By which later ones with the same id are found; empty where there is none. */
    txId: string;
    header: common.ChannelHeader | null;
    /** Who sent it, as Fabric serialises identities. */
    creator: Uint8Array;
    action: peer.ChaincodeActionPayload | null;
}>;

/** Whose channel it is and who its members are. */
export type Channel = Readonly<{ channelId: string; members: Members }>;

type Read = Readonly<{
    envelope: common.Envelope;
    payload: common.Payload;
    header: common.ChannelHeader;
    signer: common.SignatureHeader;
}>;

/**
 * Opens a transaction as a peer does first: well formed, by a member, under an id of its own, and what was endorsed
 * belongs to what was proposed. Nothing is said yet of who endorsed it.
 * @throws NotRecomputable
 */
export function opened(bytes: Uint8Array, channel: Channel): Opened {
    const read = partsOf(bytes);
    if (typeof read === 'number') {
        return { code: read, type: null, txId: '', header: null, creator: new Uint8Array(), action: null };
    }
    const { envelope, payload, header, signer } = read;
    const computedId = txIdOf(signer);
    const type = header.getType();
    const creator = signer.getCreator_asU8();
    const failed = (code: number): Opened => ({
        code,
        type,
        txId: header.getTxId() === '' ? computedId : header.getTxId(),
        header,
        creator,
        action: null,
    });
    if (!isUsualHeader(header) || !isSigner(signer)) {
        return failed(Code.BAD_COMMON_HEADER);
    }
    const signed = {
        identity: creator,
        signed: envelope.getPayload_asU8(),
        signature: envelope.getSignature_asU8(),
    };
    if (header.getChannelId() !== channel.channelId || !channel.members.hasSigned(signed)) {
        return failed(Code.BAD_CREATOR_SIGNATURE);
    }
    if (type === CONFIG) {
        return failed(Code.VALID);
    }
    if (type !== ENDORSER_TRANSACTION) {
        return failed(Code.UNSUPPORTED_TX_PAYLOAD);
    }
    if (header.getTxId() !== computedId) {
        return failed(Code.BAD_PROPOSAL_TXID);
    }
    const action = readOrNull(() => actionOf(payload));
    return action === null
        ? failed(Code.INVALID_ENDORSER_TRANSACTION)
        : { code: Code.VALID, type, txId: computedId, header, creator, action };
}

/** The parts of an envelope, or the code of one that cannot be read. */
function partsOf(bytes: Uint8Array): Read | number {
    const envelope = readOrNull(() => exactly(common.Envelope, schemas.envelope, bytes));
    if (envelope === null) {
        return Code.INVALID_OTHER_REASON;
    }
    const payload = readOrNull(() => exactly(common.Payload, schemas.payload, envelope.getPayload_asU8()));
    if (payload === null) {
        return Code.BAD_PAYLOAD;
    }
    const both = payload.getHeader();
    const parts = readOrNull(() => ({
        header: exactly(common.ChannelHeader, schemas.channelHeader, bytesOf(both?.getChannelHeader_asU8())),
        signer: exactly(common.SignatureHeader, schemas.signatureHeader, bytesOf(both?.getSignatureHeader_asU8())),
    }));
    return both === undefined || parts === null ? Code.BAD_COMMON_HEADER : { envelope, payload, ...parts };
}

const isUsualHeader = (header: common.ChannelHeader): boolean =>
    [ENDORSER_TRANSACTION, CONFIG_UPDATE, CONFIG].some((type) => type === header.getType()) && header.getEpoch() === 0;

const isSigner = (signer: common.SignatureHeader): boolean =>
    signer.getNonce_asU8().length > 0 && signer.getCreator_asU8().length > 0;

/** A transaction's id: the hash of its random number and its sender. */
function txIdOf(signer: common.SignatureHeader): string {
    return sha256(signer.getNonce_asU8(), signer.getCreator_asU8()).toString('hex');
}

/** The one action of a transaction, if it belongs to the proposal that it states. @throws Malformed */
function actionOf(payload: common.Payload): peer.ChaincodeActionPayload | null {
    const actions = exactly(peer.Transaction, schemas.transaction, payload.getData_asU8()).getActionsList();
    const [action] = actions;
    if (action === undefined || actions.length !== 1) {
        return null;
    }
    const ownHeader = action.getHeader_asU8();
    const content = exactly(peer.ChaincodeActionPayload, schemas.actionPayload, action.getPayload_asU8());
    const endorsed = content.getAction()?.getProposalResponsePayload_asU8();
    const response = exactly(peer.ProposalResponsePayload, schemas.responsePayload, bytesOf(endorsed));
    const proposal = content.getChaincodeProposalPayload_asU8();
    const channelHeader = bytesOf(payload.getHeader()?.getChannelHeader_asU8());
    const isOfProposal = sha256(channelHeader, ownHeader, proposal).equals(response.getProposalHash_asU8());
    const isWhole = [channelHeader, ownHeader, proposal].every((part) => part.length > 0);
    const signer = exactly(common.SignatureHeader, schemas.signatureHeader, ownHeader);
    return endorsed !== undefined && isWhole && isSigner(signer) && isOfProposal ? content : null;
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
    const hash = createHash('sha256');
    parts.forEach((part) => hash.update(part));
    return hash.digest();
}

const bytesOf = (bytes: Uint8Array | undefined): Uint8Array => bytes ?? new Uint8Array();
