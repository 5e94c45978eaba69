import type { ChaincodeStub } from 'fabric-shim';
import { certificateHashOf, certificateIn, subjectHashOf, subjectOf, unitsOf } from '../wire/certificate.js';

/** Who proposed the transaction, as its certificate says and the peer has verified. */
export type Caller = Readonly<{
    mspId: string;
    /** Hash of MSP and the certificate's name: what participants and seats are bound to. */
    subjectHash: string;
    /** Organisational units in the certificate's name: by one of them, an organisation's administrators are known. */
    units: readonly string[];
    /** SHA-256 of this very certificate. */
    certificateHash: string;
}>;

/** @throws CERTIFICATE_INVALID {reason} */
export function callerOf(stub: ChaincodeStub): Caller {
    const { mspid, idBytes } = stub.getCreator();
    const certificate = certificateIn(idBytes);
    return {
        mspId: mspid,
        subjectHash: subjectHashOf(mspid, certificate),
        units: unitsOf(subjectOf(certificate)),
        certificateHash: certificateHashOf(certificate),
    };
}
