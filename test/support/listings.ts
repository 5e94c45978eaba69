import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { common } from '@hyperledger/fabric-protos';
import { type Json, canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { type OrgName, orgNames } from '@commonwatt/network';
import type { RawGateway } from './raw-gateway.js';

type Item = Readonly<Record<string, Json>>;
type Chaincode = 'exchange' | 'supervision';

const PAGE = { bookmark: '', pageSize: 200 };

/** Everything that one peer lists: by `chaincode/type` of the keys, the records as canonical text. */
export type Listings = ReadonlyMap<string, readonly string[]>;

/** Asks one organisation's peer for every record that a listing verb can reach. */
export async function listingsAt(gateway: RawGateway, org: OrgName): Promise<Listings> {
    const listings = new Map<string, string[]>();
    const list = async (chaincode: Chaincode, verb: string, type: string, query: Json): Promise<Item[]> => {
        const call = { chaincode, verb, args: [canonicalJson(query)] };
        const page = JSON.parse((await gateway.evaluate(call, org)).toString('utf8')) as {
            items: Item[];
            bookmark: string;
        };
        if (page.bookmark !== '') {
            throw new Error(`${verb} has more than one page`);
        }
        const name = `${chaincode}/${type}`;
        listings.set(name, [...(listings.get(name) ?? []), ...page.items.map((item) => canonicalJson(item))]);
        return page.items;
    };
    await list('supervision', 'seat:list', 'seat', PAGE);
    await list('supervision', 'verdict:list-standing', 'standing-verdict', PAGE);
    await list('exchange', 'account:deposits', 'deposit', PAGE);
    await list('exchange', 'account:subsidies', 'subsidy-fund', PAGE);
    await list('exchange', 'account:subsidy-payments', 'subsidy-payment', PAGE);
    await list('exchange', 'agreement:list', 'execution', PAGE);
    await list('exchange', 'dispute:list', 'dispute', PAGE);
    await list('exchange', 'settlement:reopened', 'reopening', PAGE);
    for (const { participantId = '' } of await list('exchange', 'participant:list', 'participant', PAGE)) {
        await list('exchange', 'account:lanes', 'lane', { ...PAGE, participantId });
        await list('exchange', 'account:credits', 'credit', { ...PAGE, participantId });
        await list('exchange', 'account:covers', 'cover', { participantId });
        await list('exchange', 'account:payouts', 'payout', { ...PAGE, participantId });
    }
    for (const { pointId = '' } of await list('exchange', 'meter:list', 'metering-point', PAGE)) {
        await list('exchange', 'reading:list', 'reading', { ...PAGE, pointId });
    }
    return listings;
}

/** One hash over all of it. */
export function digestOf(listings: Listings): string {
    const text = canonicalJson(Object.fromEntries([...listings].map(([type, records]) => [type, [...records].sort()])));
    return createHash('sha256').update(text).digest('hex');
}

/** Number of blocks that a peer has, and the hash of its last one. */
export type Chain = Readonly<{ height: number; lastHash: string }>;

async function chainAt(gateway: RawGateway, org: OrgName, channel: string): Promise<Chain> {
    const call = { chaincode: 'qscc', verb: 'GetChainInfo', args: [channel] } as const;
    const info = common.BlockchainInfo.deserializeBinary(await gateway.evaluate(call, org));
    return { height: info.getHeight(), lastHash: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex') };
}

const CATCH_UP_MS_MAX = 20_000;

/** The chain of each peer, once the slowest has caught up with the others. */
export async function equalChains(gateway: RawGateway, channel: string): Promise<ReadonlyMap<OrgName, Chain>> {
    const startedMs = performance.now();
    for (;;) {
        const chains = new Map<OrgName, Chain>();
        for (const org of orgNames) {
            chains.set(org, await chainAt(gateway, org, channel));
        }
        const heights = new Set([...chains.values()].map(({ height }) => height));
        if (heights.size === 1) {
            return chains;
        }
        if (performance.now() - startedMs > CATCH_UP_MS_MAX) {
            throw new Error(`peers stay behind: heights ${[...heights].join(', ')}`);
        }
        await pause(100);
    }
}
