import { type EstablishedCharter, isInForce } from '@commonwatt/chaincode/domain/established-charter';
import { slotAt } from '@commonwatt/chaincode/domain/clock';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { EstablishCommand } from '@commonwatt/chaincode/wire/charter';
import {
    adminIdentity,
    CommonwattError,
    connect,
    type Market,
    readCharter,
    readConnectionProfile,
} from '@commonwatt/client';
import { NetworkError } from './network-error.js';
import type { Network } from './network.js';
import { type OrgName, orgNames } from './topology.js';

/**
 * Reads a charter file.
 * @param firstSlot first slot of the market; by default the one that is running now
 * @throws NetworkError naming the file and what is wrong with it
 */
export async function readCharterFile(file: string, firstSlot?: SlotIndex): Promise<EstablishCommand> {
    try {
        return await readCharter(file, (grid) => firstSlot ?? slotAt(grid, Date.now()));
    } catch (cause) {
        throw new NetworkError(`The charter ${file} cannot be used: ${(cause as Error).message}`, {
            subject: file,
            remedy: 'Compare it with test-network-config/charter.json.',
        });
    }
}

/**
 * Establishes the market on a network that answers, and has every organisation's administrator confirm it, unless that is
 * done already. An interrupted attempt is completed with the charter that stands.
 */
export async function establishMarket(network: Network, command: () => Promise<EstablishCommand>): Promise<void> {
    const charterHash = await asAdmin(network, 'operator', (market) => establishAt(market, command));
    if (charterHash === null) {
        return;
    }
    for (const org of orgNames) {
        await asAdmin(network, org, (market) => market.charter.confirm(charterHash));
    }
}

/** Hash of the charter to be confirmed; `null` when all have. */
async function establishAt(market: Market, command: () => Promise<EstablishCommand>): Promise<string | null> {
    const exchange = await standing(market, 'exchange');
    if (exchange !== null) {
        return isInForce(exchange) ? null : exchange.charterHash;
    }
    const supervision = await standing(market, 'supervision');
    const wanted = await command();
    const done = await market.charter.establish({ ...wanted, charter: supervision?.charter ?? wanted.charter });
    return done.exchange.value.charterHash;
}

async function asAdmin<Result>(
    network: Network,
    org: OrgName,
    work: (market: Market) => Promise<Result>,
): Promise<Result> {
    const profile = await readConnectionProfile(network.profilePath(org));
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    try {
        return await work(market);
    } finally {
        market.close();
    }
}

async function standing(market: Market, role: 'supervision' | 'exchange'): Promise<EstablishedCharter | null> {
    try {
        return await market.charter.established(role);
    } catch (error) {
        if (error instanceof CommonwattError && error.code === 'CHARTER_MISSING') {
            return null;
        }
        throw error;
    }
}
