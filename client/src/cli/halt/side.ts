import type { ChaincodeRole } from '../../transport.js';
import type { Session } from '../session.js';

/** The regulator's halts are kept by `supervision`, the network operator's by `exchange`; the charter tells who is who. */
export async function haltingSide(session: Session): Promise<ChaincodeRole> {
    const { mspId } = await session.profile();
    const { orgs } = await (await session.market()).charter.show();
    return orgs.regulator === mspId ? 'supervision' : 'exchange';
}
