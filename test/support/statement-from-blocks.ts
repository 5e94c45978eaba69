import { sourceOfBuilding } from '../recompute/meters.js';
import type { Statement } from '../recompute/statement.js';
import { moneyIn } from './held-money.js';
import type { Replay, ReplayedTransaction } from './replay.js';
import { stepsFrom } from './steps-from-blocks.js';

type Point = Statement['points'][number] & { meter: unknown };
type Posting = Statement['postings'][number];
type TermsText = Omit<Statement['agreements'][number], 'id' | 'endSlot' | 'funded'>;
type ExecutionText = Readonly<{ state: string; endSlot: number }>;
type HaltText = Readonly<{
    mspId: string;
    liftedSlot: number | null;
    statement: Readonly<{ carrier: string; fromSlot: number; untilSlot: number }>;
}>;

/**
 * What an auditor who has nothing but the blocks can state of the market: signed terms, metering points, halts, and
 * every posting. It is what `recompute` checks against the meters' files.
 */
export function statementFromBlocks(replay: Replay, week: string, scenarioDir: string): Statement {
    const records = <Value>(prefix: string): Value[] =>
        [...replay.state].filter(([key]) => key.startsWith(prefix)).map(([, text]) => JSON.parse(text) as Value);
    const valid = replay.transactions.filter((each) => each.validationCode === 'VALID');
    const postings = valid.flatMap(postingsIn());
    const points = records<Point>('exchange/metering-point/');
    const participants = new Map(
        records<Statement['agreements'][number]['parties'][number]>('exchange/participant/').map((each) => [
            each.participantId,
            each,
        ]),
    );
    const slots = new Set(records<{ slot: number }>('exchange/settlement/').map(({ slot }) => slot));
    return {
        scenario: { week, slots: [...slots].sort((left, right) => left - right) },
        rules: (JSON.parse(replay.state.get('exchange/rules') ?? '') as Pick<Statement, 'rules'>).rules,
        points: points.map((point) => ({
            ...point,
            source: point.meter === null ? null : sourceOfBuilding(scenarioDir, point.pointId),
        })),
        agreements: records<{ agreementId: string; terms: TermsText }>('exchange/agreement/').map(
            ({ agreementId, terms }) => {
                const text = replay.state.get(`exchange/execution/${agreementId}`) ?? '';
                const { state, endSlot } = JSON.parse(text) as ExecutionText;
                const parties = terms.parties.flatMap(({ participantId }) => participants.get(participantId) ?? []);
                const funded = state !== 'concluded' && state !== 'lapsed';
                return { ...terms, id: agreementId, parties, endSlot, funded };
            },
        ),
        halts: ['supervision', 'exchange'].flatMap((chaincode) =>
            records<HaltText>(`${chaincode}/halt-period/`).map(({ mspId, liftedSlot, statement }) => ({
                carrier: statement.carrier,
                mspId,
                fromSlot: statement.fromSlot,
                endSlot: liftedSlot ?? statement.untilSlot,
            })),
        ),
        deposits: records<Statement['deposits'][number]>('exchange/deposit/'),
        covers: records<Statement['covers'][number]>('exchange/cover-transfer/'),
        ...stepsFrom(
            valid,
            points.filter(({ meter }) => meter !== null),
        ),
        postings,
        sums: sumsOf(postings),
    };
}

/** Postings of one transaction after the other: stated in a settlement, otherwise seen from what moved. */
function postingsIn(): (transaction: ReplayedTransaction) => Posting[] {
    const state = new Map<string, string>();
    return ({ changes }) => {
        const settlement = changes.find(({ key }) => key.startsWith('exchange/settlement/'))?.value;
        const postings =
            settlement == null
                ? changes.flatMap(({ key, value }) => movementsOf(key, state.get(key), value ?? ''))
                : (JSON.parse(settlement) as { postings: Posting[] }).postings;
        changes.forEach(({ key, value }) => state.set(key, value ?? ''));
        return postings;
    };
}

/** Both sides of what a deposit or a change of escrow moved. */
function movementsOf(key: string, before: string | undefined, after: string): Posting[] {
    if (key.startsWith('exchange/deposit/')) {
        const { participantId, amountNano } = JSON.parse(after) as Statement['deposits'][number];
        const [external, free] = ['system/external', `free/${participantId}`];
        return move(BigInt(amountNano), external, free, { kind: 'deposit', agreementId: null, slot: null });
    }
    if (!key.startsWith('exchange/execution/')) {
        return [];
    }
    const heldBefore = new Map(before === undefined ? [] : moneyIn(key, before));
    return moneyIn(key, after).flatMap(([escrow, held]) => {
        const [, agreementId = '', participantId = ''] = escrow.split('/');
        const changed = held - (heldBefore.get(escrow) ?? 0n);
        const free = `free/${participantId}`;
        const purpose = { agreementId, slot: null };
        return changed > 0n
            ? move(changed, free, escrow, { kind: 'fund', ...purpose })
            : move(-changed, escrow, free, { kind: 'release', ...purpose });
    });
}

function move(amount: bigint, from: string, to: string, purpose: Omit<Posting, 'account' | 'amountNano'>): Posting[] {
    if (amount === 0n) {
        return [];
    }
    return [
        { ...purpose, account: from, amountNano: String(-amount) },
        { ...purpose, account: to, amountNano: String(amount) },
    ];
}

function sumsOf(postings: readonly Posting[]): Statement['sums'] {
    const byKind = new Map<string, bigint>();
    let total = 0n;
    for (const { kind, amountNano } of postings) {
        byKind.set(kind, (byKind.get(kind) ?? 0n) + BigInt(amountNano));
        total += BigInt(amountNano);
    }
    return {
        byKind: Object.fromEntries([...byKind].map(([kind, sum]) => [kind, String(sum)])),
        total: String(total),
    };
}
