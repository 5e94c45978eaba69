import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileWallet } from '@commonwatt/client';
import { establishMarket, type Network, readCharterFile } from '@commonwatt/network';
import { Actors } from '../actors.js';
import { QUICK_RULES, type Role, ROLES } from './trade.js';

const charterFile = fileURLToPath(new URL('../../../../test-network-config/charter-virtual.json', import.meta.url));
/** First slot of the market's clock, and of the trade's delivery. */
const CHARTER_SLOT = 1_632_900;
export const FIRST_SLOT = CHARTER_SLOT + 1;

/** Establishes a market whose officers have their seats; everyone's identity lies in a wallet. */
export async function establish(network: Network): Promise<void> {
    await establishMarket(network, async () => {
        const { charter, rules } = await readCharterFile(charterFile, CHARTER_SLOT);
        return { charter, rules: { ...rules, ...QUICK_RULES } };
    });
    const actors = new Actors(network);
    try {
        await Promise.all(
            (Object.keys(ROLES) as Role[]).map(async (role) => {
                const { entry, org } = await actors.enrol(role, ROLES[role]);
                await new FileWallet(join(network.stateDir, 'wallets', org)).add(role, entry);
                if (role !== 'seller' && role !== 'buyer') {
                    await actors.seat(role, role);
                }
            }),
        );
    } finally {
        await actors.close();
    }
}
