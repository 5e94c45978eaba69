import type { Deposit } from '@commonwatt/chaincode/domain/account';
import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { type Execution, heldBy, prefunding } from '@commonwatt/chaincode/domain/escrow';
import type { AgreementState } from '@commonwatt/chaincode/domain/lifecycle';
import type { MeteringPoint } from '@commonwatt/chaincode/domain/meter';
import type { Offer } from '@commonwatt/chaincode/domain/offer';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import {
    EXTERNAL_ACCOUNT,
    escrowAccount,
    freeAccount,
    type Posting,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { minus, NO_MONEY, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { AgreementChange, AgreementView } from '@commonwatt/chaincode/wire/agreement';
import { type BlockView, type EventRecord, eventsOf, type Market } from '@commonwatt/client';
import { inParallel } from './in-parallel.js';
import { postingsOf } from './transfers.js';

/** What the ledger says once the day is through; nothing here comes from anywhere else. */
export type Findings = Readonly<{
    height: number;
    charter: Charter;
    rules: Rules;
    slots: readonly SlotIndex[];
    participants: readonly Participant[];
    points: readonly MeteringPoint[];
    deposits: readonly Deposit[];
    offers: readonly Offer[];
    agreements: readonly FoundAgreement[];
    /** Every run, slot by slot and carrier by carrier. */
    runs: readonly Settlement[];
    /** What each slot came to on each carrier: the result of its latest run. */
    settlements: readonly Settlement[];
    /** Validation code of every transaction. */
    transactions: readonly string[];
    /** Every event, in the order of the channel. */
    events: readonly EventRecord[];
    postings: readonly Posting[];
}>;
export type FoundAgreement = AgreementView & Readonly<{ funded: boolean }>;

const UNFUNDED: readonly AgreementState[] = ['concluded', 'lapsed'];

/** Reads the whole market: records from a peer, events from the blocks. */
export async function readFindings(market: Market, slots: readonly SlotIndex[]): Promise<Findings> {
    const [points, participants, deposits, offers, height] = await Promise.all([
        market.meters.list(),
        market.participants.list(),
        market.accounts.deposits(),
        market.offers.list(),
        market.transport.height(),
    ]);
    const found = await inParallel(await market.agreements.list(), async ({ agreementId }) => {
        const view = await market.agreements.show(agreementId);
        const moved = await escrowOf(market, view);
        return { agreement: { ...view, funded: !UNFUNDED.includes(view.execution.state) }, moved };
    });
    const carriers = [...new Set(points.map(({ carrier }) => carrier))];
    const settled = slots.flatMap((slot) => carriers.map((carrier) => ({ slot, carrier })));
    const runs = await inParallel(settled, ({ carrier, slot }) => market.settlements.list(carrier, slot));
    const blocks = await readBlocks(market, height);
    const chaincodes = Object.values(market.profile.chaincodes);
    const events = blocks.flatMap((block) => eventsOf(block, chaincodes));
    return {
        height,
        charter: await market.charter.show(),
        rules: await market.charter.rules(),
        slots,
        participants,
        points,
        deposits,
        offers,
        agreements: found.map(({ agreement }) => agreement),
        runs: runs.flat(),
        settlements: runs.flatMap((each) => each.at(-1) ?? []),
        transactions: blocks.flatMap(({ transactions }) => transactions.map(({ validationCode }) => validationCode)),
        events,
        postings: [
            ...deposits.flatMap(depositPostings),
            ...events.flatMap(postingsOf),
            ...found.flatMap(({ moved }) => moved),
            ...runs.flat().flatMap(({ postings }) => postings),
        ],
    };
}

async function readBlocks(market: Market, height: number): Promise<BlockView[]> {
    const blocks: BlockView[] = [];
    for await (const block of market.blocks({ fromBlock: 0 })) {
        blocks.push(block);
        if (block.blockNumber >= height - 1) {
            break;
        }
    }
    return blocks;
}

const depositPostings = ({ participantId, amountNano }: Deposit): Posting[] =>
    transfer(EXTERNAL_ACCOUNT, freeAccount(participantId), amountNano, { kind: 'deposit', ...OUTSIDE_SLOTS });

const OUTSIDE_SLOTS = { agreementId: null, slot: null } as const;

/**
 * What was reserved, and what went back at a lapse or a termination: they stand in no settlement. What was set aside follows
 * from the terms; where these changed or the agreement ended early, it is read from the history of the escrow, which takes
 * the peer longer.
 */
async function escrowOf(market: Market, { agreement, execution }: AgreementView): Promise<Posting[]> {
    const { agreementId, state, version } = execution;
    if (state === 'completed' && version === 1) {
        return movements([], { ...execution, holdings: prefunding(agreement.terms) });
    }
    return escrowMovements(await market.agreements.history(agreementId));
}

function escrowMovements(history: readonly AgreementChange[]): Posting[] {
    const executions = history.flatMap((change) => (change.execution === null ? [] : [change.execution]));
    return executions.flatMap((after, index) => {
        const before = executions[index - 1];
        const isByRun =
            before !== undefined &&
            after.state !== 'lapsed' &&
            after.version === before.version &&
            after.endSlot === before.endSlot;
        return isByRun ? [] : movements(before?.holdings ?? [], after);
    });
}

/** Into escrow, or back from it. */
function movements(before: Execution['holdings'], { agreementId, holdings }: Execution): Posting[] {
    return holdings.flatMap((holding) => {
        const { participantId } = holding;
        const held = before.find((each) => each.participantId === participantId);
        const change = minus(heldBy(holding), held === undefined ? NO_MONEY : heldBy(held));
        const [free, escrow] = [freeAccount(participantId), escrowAccount(agreementId, participantId)];
        const reason = { agreementId, slot: null };
        return change >= 0n
            ? transfer(free, escrow, change, { kind: 'fund', ...reason })
            : transfer(escrow, free, minus(NO_MONEY, change), { kind: 'release', ...reason });
    });
}
