import { readFile } from 'node:fs/promises';
import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { slotAt } from '@commonwatt/chaincode/domain/clock';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { type EstablishCommand, establishCodec } from '@commonwatt/chaincode/wire/charter';
import { adminIdentity, CommonwattError, connect, type Market, readConnectionProfile } from '@commonwatt/client';
import { NetworkError } from './network-error.js';
import type { Network } from './network.js';

/** A charter and first rules as they lie in `test-network-config`: the first slot is filled in when they are put to use. */
type CharterFile = { charter: { slotMinutes: number } & Record<string, Json>; rules: Json };

/**
 * Reads a charter file.
 * @param firstSlot first slot of the market; by default the one that is running now
 * @throws NetworkError naming the file and what is wrong with it
 */
export async function readCharterFile(file: string, firstSlot?: SlotIndex): Promise<EstablishCommand> {
    try {
        const { charter, rules } = JSON.parse(await readFile(file, 'utf8')) as CharterFile;
        const first = firstSlot ?? slotAt(charter, Date.now());
        return establishCodec.decode(canonicalJson({ charter: { ...charter, firstSlot: first }, rules }));
    } catch (cause) {
        throw new NetworkError(`The charter ${file} cannot be used: ${(cause as Error).message}`, {
            subject: file,
            remedy: 'Compare it with test-network-config/charter.json.',
        });
    }
}

/**
 * Establishes the market on a network that answers, unless it is established already. An interrupted attempt is
 * completed with the charter that one of the chaincodes holds.
 */
export async function establishMarket(network: Network, command: () => Promise<EstablishCommand>): Promise<void> {
    const profile = await readConnectionProfile(network.profilePath('operator'));
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    try {
        const supervision = await charterOf(market, 'supervision');
        const exchange = await charterOf(market, 'exchange');
        if (supervision === null || exchange === null) {
            const wanted = await command();
            await market.charter.establish({ ...wanted, charter: supervision ?? exchange ?? wanted.charter });
        }
    } finally {
        market.close();
    }
}

async function charterOf(market: Market, role: 'supervision' | 'exchange'): Promise<Charter | null> {
    try {
        return await market.charter.show(role);
    } catch (error) {
        if (error instanceof CommonwattError && error.code === 'CHARTER_MISSING') {
            return null;
        }
        throw error;
    }
}
