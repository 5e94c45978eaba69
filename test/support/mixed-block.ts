import { common } from '@hyperledger/fabric-protos';
import { agreementIdOf } from '@commonwatt/chaincode/wire/agreement';
import type { Market } from '@commonwatt/client';
import type { OrgName } from '@commonwatt/network';
import { approveInAdvance } from './crowd.js';
import { type Held, Holder } from './held.js';
import * as steps from './late-steps.js';
import { RETAILER, type TestMarket } from './market.js';

const THREE: readonly OrgName[] = ['operator', 'community', 'regulator'];
const ATTEMPTS_MAX = 8;

/** A block in which three transactions ended in three ways, and all blocks of the channel up to one after it. */
export type MixedBlock = Readonly<{ number: number; blocks: readonly common.Block[] }>;

/** Codes of the three: the regulator's rejection of an agreement, a step that nobody endorsed, one that came late. */
export const MIXED_CODES = ['VALID', 'ENDORSEMENT_POLICY_FAILURE', 'MVCC_READ_CONFLICT'] as const;

/** Has such a block ordered on a market whose officers have their seats. */
export async function mixedBlock(market: TestMarket): Promise<MixedBlock> {
    await market.admit(RETAILER);
    await approveInAdvance(market);
    await market.tick();
    const holder = new Holder(market.network, market.actors);
    try {
        for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
            const three = await heldThree(market, holder);
            const codes = await Promise.all(three.map((each) => each.send()));
            const blocks = await blocksOf(market.as('platform'));
            const number = blockWith(blocks, three);
            if (number !== null && codes.join() === MIXED_CODES.join()) {
                await market.tick();
                return { number, blocks: await blocksOf(market.as('platform')) };
            }
        }
    } finally {
        await holder.close();
    }
    throw new Error(`three transactions did not come into one block in ${String(ATTEMPTS_MAX)} attempts`);
}

async function heldThree(market: TestMarket, holder: Holder): Promise<readonly Held[]> {
    const buyer = await steps.newBuyer(market);
    const terms = steps.saleTo(buyer.buyerId, market.nextSlot);
    const { value } = await market.as(RETAILER.id).agreements.conclude(terms, await market.consents(terms));
    const reviewed = { agreementId: agreementIdOf(terms), termsHash: value.termsHash, terms };
    const rejection = await holder.hold('reviewer', (own) => own.verdicts.reject(reviewed, 'unlawfulTerms'), THREE);
    const fromSlot = market.nextSlot;
    const begin = (orgs: readonly OrgName[]): Promise<Held> =>
        holder.hold('platform', (own) => own.clock.advance({ fromSlot, toSlot: fromSlot }), orgs);
    const [unendorsed, late] = [await begin([]), await begin(THREE)];
    await market.tick();
    return [rejection, unendorsed, late];
}

async function blocksOf({ transport }: Market): Promise<common.Block[]> {
    const height = await transport.height();
    const stream = await transport.blocks(0);
    const blocks: common.Block[] = [];
    try {
        for await (const block of stream) {
            blocks.push(block);
            if (blocks.length === height) {
                break;
            }
        }
    } finally {
        stream.close();
    }
    return blocks;
}

/** The block that holds these transactions and no other. */
function blockWith(blocks: readonly common.Block[], held: readonly Held[]): number | null {
    const found = blocks.findIndex((block) => {
        const ids = (block.getData()?.getDataList_asU8() ?? []).map(transactionIdOf);
        return ids.length === held.length && held.every(({ transactionId }) => ids.includes(transactionId));
    });
    return found < 0 ? null : found;
}

function transactionIdOf(bytes: Uint8Array): string {
    const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
    const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
    return common.ChannelHeader.deserializeBinary(header).getTxId();
}
