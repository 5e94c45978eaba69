import { readFile } from 'node:fs/promises';
import { slotAt } from '@commonwatt/chaincode/domain/clock';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { type EstablishCommand, establishCodec } from '@commonwatt/chaincode/wire/charter';
import { adminIdentity, CommonwattError, connect, readConnectionProfile } from '@commonwatt/client';
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

/** Establishes the market on a network that answers, unless it is established already. */
export async function establishMarket(network: Network, command: () => Promise<EstablishCommand>): Promise<void> {
    const profile = await readConnectionProfile(network.profilePath('operator'));
    const market = await connect({ profile, identity: await adminIdentity(profile) });
    try {
        const established = await Promise.all(
            (['supervision', 'exchange'] as const).map((role) =>
                market.charter.show(role).then(
                    () => true,
                    (error: unknown) => {
                        if (error instanceof CommonwattError && error.code === 'CHARTER_MISSING') {
                            return false;
                        }
                        throw error;
                    },
                ),
            ),
        );
        if (established.includes(false)) {
            await market.charter.establish(await command());
        }
    } finally {
        market.close();
    }
}
