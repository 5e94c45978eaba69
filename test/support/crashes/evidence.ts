import { Auditor } from '@commonwatt/client/auditor/auditor';
import { blocksOfPeer } from '@commonwatt/client/auditor/block-source';
import { compareWithPeer } from '@commonwatt/client/auditor/peer-answers';
import { connect, FileWallet, identityOf, type Market } from '@commonwatt/client';
import type { Network } from '@commonwatt/network';
import { join } from 'node:path';
import { balancesIn, totalOf } from '../held-money.js';
import { peerStates } from '../peer-states.js';
import { replayBlocks, type ReplayedTransaction } from '../replay.js';
import type { Acknowledged } from './journal.js';
import type { Played } from './play.js';
import { ACTS, agreementIn } from './trade.js';

/** What was looked at, and all that is wrong: nothing, when every promise was kept. */
export type Evidence = Readonly<{ steps: number; acknowledgements: number; blocks: number; wrong: readonly string[] }>;

/**
 * Looks for what got lost or happened twice: every acknowledged transaction is in its block, every act wrote its records
 * exactly once, money sums to zero, an audit runs every transaction again, and all peers hold the same state.
 */
export async function examine(network: Network, played: Played): Promise<Evidence> {
    const states = await peerStates(network);
    const market = await open(network);
    try {
        const { transactions, state, height, brokenBlocks } = await replayBlocks(market);
        const agreementId = await agreementIn(played.folder);
        const trade = { firstSlot: played.firstSlot, agreementId };
        const effects = ACTS.flatMap((act) => act.effects(trade).map((effect) => ({ act: act.name, ...effect })));
        const wrong = [
            ...played.acknowledged.flatMap((each) => lost(each, transactions)),
            ...effects.flatMap(({ act, verb, key }) => {
                const writers = transactions.filter((each) => isValid(each) && each.verb === verb && writes(each, key));
                return writers.length === 1 ? [] : [`${act}: ${writers.length} transactions wrote ${key}`];
            }),
            ...brokenBlocks.map((block) => `block ${block} does not follow the one before`),
            ...(totalOf(balancesIn(state)) === 0n ? [] : [`the money sums to ${totalOf(balancesIn(state))}`]),
            ...(await auditFindings(market)),
            ...(new Set(states.values()).size === 1 ? [] : [`peers differ: ${[...states].flat().join(' ')}`]),
        ];
        return { steps: effects.length, acknowledgements: played.acknowledged.length, blocks: height, wrong };
    } finally {
        market.close();
    }
}

const isValid = ({ validationCode }: ReplayedTransaction): boolean => validationCode === 'VALID';
const writes = ({ changes }: ReplayedTransaction, key: string): boolean => changes.some((each) => each.key === key);

/** An acknowledgement that names a block, in which its transaction is not. */
function lost({ act, transactionId, blockNumber }: Acknowledged, all: readonly ReplayedTransaction[]): string[] {
    if (blockNumber === null) {
        return []; // read from the record, which its effect shows
    }
    const found = all.find((each) => each.transactionId === transactionId && each.blockNumber === blockNumber);
    return found !== undefined && isValid(found) ? [] : [`${act}: acknowledged in block ${blockNumber}, but not there`];
}

async function auditFindings(market: Market): Promise<string[]> {
    const { profile, transport } = market;
    const subject = { channel: profile.channel, chaincodes: profile.chaincodes };
    const auditor = new Auditor(subject);
    const findings = [];
    for await (const block of blocksOfPeer(transport, 0)) {
        findings.push(...(await auditor.take(block)));
    }
    findings.push(...(await compareWithPeer(auditor, subject, transport)));
    return findings.map(
        ({ code, blockNumber, operands }) => `audit: ${code} ${blockNumber} ${JSON.stringify(operands)}`,
    );
}

async function open(network: Network): Promise<Market> {
    const entry = await new FileWallet(join(network.stateDir, 'wallets', 'regulator')).get('reviewer');
    return await connect({ profile: network.profilePath('regulator'), identity: identityOf(entry) });
}
