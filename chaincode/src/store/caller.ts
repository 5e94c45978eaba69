import { X509Certificate } from 'node:crypto';
import type { ChaincodeStub } from 'fabric-shim';
import { subjectHashOf } from '../wire/signature.js';

/** Who proposed the transaction, as its certificate says and the peer has verified. */
export type Caller = Readonly<{
    mspId: string;
    /** Hash of MSP and certificate subject: what participants and seats are bound to. */
    subjectHash: string;
    /** Holder of an administrator certificate of its organisation (NodeOU `admin`). */
    isAdmin: boolean;
}>;

export function callerOf(stub: ChaincodeStub): Caller {
    const { mspid, idBytes } = stub.getCreator();
    const { subject } = new X509Certificate(idBytes);
    return {
        mspId: mspid,
        subjectHash: subjectHashOf(mspid, subject),
        isAdmin: subject.split('\n').includes('OU=admin'),
    };
}
