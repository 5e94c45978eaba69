import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import type { Page } from '@commonwatt/chaincode/wire/query';
import { everyItem } from '../ledger.js';
import { callWithin, type ChaincodeRole, type Transport } from '../transport.js';
import type { Auditor, Subject } from './auditor.js';
import type { Finding } from './finding.js';

type Listing = Readonly<{
    role: ChaincodeRole;
    verb: string;
    query?: Readonly<Record<string, string>>;
    isPaged?: false;
}>;

/** Listings that tell money, agreements, and what the regulator said. */
const LISTINGS: readonly Listing[] = [
    { role: 'supervision', verb: 'seat:list' },
    { role: 'supervision', verb: 'verdict:list-standing' },
    { role: 'exchange', verb: 'meter:list' },
    { role: 'exchange', verb: 'agreement:list' },
    { role: 'exchange', verb: 'account:deposits' },
    { role: 'exchange', verb: 'account:subsidies' },
    { role: 'exchange', verb: 'dispute:list' },
];
const PARTICIPANTS: Listing = { role: 'exchange', verb: 'participant:list' };

const listingsOf = (participantId: string): readonly Listing[] => [
    { role: 'exchange', verb: 'offer:list', query: { holderId: participantId } },
    { role: 'exchange', verb: 'account:lanes', query: { participantId } },
    { role: 'exchange', verb: 'account:credits', query: { participantId } },
    { role: 'exchange', verb: 'account:payouts', query: { participantId } },
    { role: 'exchange', verb: 'account:covers', query: { participantId }, isPaged: false },
];

type Item = Readonly<Record<string, unknown>>;
type Items = readonly Item[];

/**
 * Asks a peer what it holds and compares it with what the blocks have left. To be called when the audit has reached the
 * peer's last block and nothing is being sent; what is committed meanwhile differs, too.
 */
export async function compareWithPeer(auditor: Auditor, subject: Subject, transport: Transport): Promise<Finding[]> {
    const findings: Finding[] = [];
    const compare = async (listing: Listing): Promise<Items> => {
        const { role, verb } = listing;
        const chaincode = subject.chaincodes[role];
        const stated = await itemsOf(listing, (command) =>
            transport.evaluate(callWithin({ chaincode, verb, command })),
        );
        const held = await itemsOf(listing, (command) => auditor.answer({ chaincode, verb, command }));
        const place = { code: 'STATE_DIFFERS' as const, blockNumber: null, transactionId: null };
        findings.push(
            ...without(stated, held).map((item) => ({ ...place, operands: { chaincode, verb, stated: item } })),
            ...without(held, stated).map((item) => ({ ...place, operands: { chaincode, verb, held: item } })),
        );
        return held;
    };
    for (const listing of LISTINGS) {
        await compare(listing);
    }
    for (const { participantId } of await compare(PARTICIPANTS)) {
        for (const listing of listingsOf(String(participantId))) {
            await compare(listing);
        }
    }
    return findings;
}

function without(items: Items, others: Items): Items {
    const known = new Set(others.map((item) => JSON.stringify(item)));
    return items.filter((item) => !known.has(JSON.stringify(item)));
}

/** Every item of a listing; one without pages is answered at once. */
const itemsOf = ({ query, isPaged }: Listing, ask: (command: string) => Promise<string>): Promise<Items> =>
    everyItem(async (page) => {
        const command = canonicalJson({ ...query, ...(isPaged === false ? {} : page) });
        return JSON.parse(await ask(command)) as Page<Item>;
    });
