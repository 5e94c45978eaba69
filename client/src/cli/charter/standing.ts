import { type EstablishedCharter, missingConfirmations } from '@commonwatt/chaincode/domain/established-charter';
import type { ChaincodeRole } from '../../transport.js';

/** Who has confirmed the charter at a chaincode, and who has not. */
export function standing(role: ChaincodeRole, established: EstablishedCharter | null): string[] {
    if (established === null) {
        return [`${role}: no charter`];
    }
    const { charterHash, confirmedBy } = established;
    const missing = missingConfirmations(established);
    const state = missing.length === 0 ? 'in force' : `not in force, missing ${missing.join(', ')}`;
    const confirmed = confirmedBy.length === 0 ? 'nobody' : confirmedBy.join(', ');
    return [`${role}: charter ${charterHash}, confirmed by ${confirmed}: ${state}`];
}
