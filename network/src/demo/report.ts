import { type Execution, heldBy } from '@commonwatt/chaincode/domain/escrow';
import type { Quality } from '@commonwatt/chaincode/domain/estimation';
import {
    EXTERNAL_ACCOUNT,
    escrowAccount,
    freeAccount,
    netByAccount,
    type Posting,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import { minus, NO_MONEY, sumAmounts } from '@commonwatt/chaincode/domain/units';
import type { AgreementChange, AgreementView } from '@commonwatt/chaincode/wire/agreement';
import type { Market } from '@commonwatt/client';
import { CARRIER, type Concluded, type Stage } from './stage.js';

/** What the peers say once the demo is through. */
export type Findings = Readonly<{
    height: number;
    agreements: readonly (AgreementView & Readonly<{ name: string; funded: boolean }>)[];
    postings: readonly Posting[];
    /** How the energy of the points was known, each once. */
    qualities: readonly Quality[];
}>;

/** Reads the whole of the market's money from the peers: deposits, every agreement's history, every settlement. */
export async function readFindings(stage: Stage, concluded: readonly Concluded[]): Promise<Findings> {
    const market = stage.cast.as('settlement');
    const deposits = (await market.accounts.deposits()).flatMap((deposit) =>
        transfer(EXTERNAL_ACCOUNT, freeAccount(deposit.participantId), deposit.amountNano, {
            kind: 'deposit',
            agreementId: null,
            slot: null,
        }),
    );
    const agreements = [];
    const escrowed: Posting[] = [];
    for (const { agreementId, contract } of concluded) {
        const view = await market.agreements.show(agreementId);
        const history = await market.agreements.history(agreementId);
        const movements = escrowMovements(history);
        escrowed.push(...movements);
        agreements.push({ ...view, name: contract.name, funded: movements.length > 0 });
    }
    const settled: Posting[] = [];
    const qualities = new Set<Quality>();
    for (const slot of stage.slots) {
        const { points, postings } = await market.settlements.show(CARRIER, slot);
        settled.push(...postings);
        points.forEach(({ quality }) => qualities.add(quality));
    }
    return {
        height: await market.transport.height(),
        agreements,
        postings: [...deposits, ...escrowed, ...settled],
        qualities: [...qualities].sort(),
    };
}

/** Funding and release at a termination, which stand in no settlement but in the history of the escrow. */
function escrowMovements(history: readonly AgreementChange[]): Posting[] {
    const executions = history.flatMap((change) => (change.execution === null ? [] : [change.execution]));
    return executions.flatMap((after, index) => {
        const before = executions[index - 1];
        if (before?.state === 'concluded' && after.state === 'inForce') {
            return movements(before, after, 'fund');
        }
        const released = before !== undefined && before.endSlot !== after.endSlot;
        return released ? movements(before, after, 'release') : [];
    });
}

function movements(before: Execution, after: Execution, kind: 'fund' | 'release'): Posting[] {
    const { agreementId } = after;
    return after.holdings.flatMap((holding) => {
        const { participantId } = holding;
        const held = before.holdings.find((each) => each.participantId === participantId);
        const change = minus(heldBy(holding), held === undefined ? NO_MONEY : heldBy(held));
        const reason = { kind, agreementId, slot: null };
        return kind === 'fund'
            ? transfer(freeAccount(participantId), escrowAccount(agreementId, participantId), change, reason)
            : transfer(
                  escrowAccount(agreementId, participantId),
                  freeAccount(participantId),
                  minus(NO_MONEY, change),
                  reason,
              );
    });
}

/** Compares the postings with the balances that the peers hold, and says what must be zero. */
export async function checkMoney(stage: Stage, findings: Findings): Promise<void> {
    const { journal, plan, cast } = stage;
    const nets = netByAccount(findings.postings);
    journal.check({
        name: 'all postings sum to zero',
        expected: '0',
        observed: String(sumAmounts(findings.postings.map((posting) => posting.amountNano))),
        block: null,
    });
    journal.check({
        name: 'every meter was read in time',
        expected: 'measured, scheduled',
        observed: findings.qualities.join(', '),
        block: null,
    });
    const escrow = [...nets].filter(([account]) => account.startsWith('escrow/')).map(([, net]) => net);
    journal.check({
        name: 'no agreement holds money any more',
        expected: '0',
        observed: String(sumAmounts(escrow)),
        block: null,
    });
    for (const participantId of [plan.retailer, plan.prosumer.id, ...plan.neighbours.map((building) => building.id)]) {
        const market: Market = cast.as(participantId);
        const { freeNano, covers } = await market.accounts.show(participantId);
        const posted = nets.get(freeAccount(participantId)) ?? NO_MONEY;
        const cover = sumAmounts(covers.map((each) => each.balanceNano));
        const postedCover = sumAmounts(
            [...nets].filter(([account]) => account.startsWith(`cover/${participantId}/`)).map(([, net]) => net),
        );
        journal.check({
            name: `the account of ${participantId} is what was posted`,
            expected: `${posted} free, ${postedCover} cover`,
            observed: `${freeNano} free, ${cover} cover`,
            block: null,
        });
    }
    const drawn = findings.postings.filter(
        ({ account, kind }) =>
            kind === 'default' && account.endsWith(`/${plan.prosumer.id}`) && account.startsWith('escrow/'),
    );
    journal.check({
        name: `${plan.prosumer.id} pays default amounts for what it could not deliver`,
        expected: 'money drawn from its escrow',
        observed: drawn.length > 0 ? 'money drawn from its escrow' : 'nothing drawn',
        block: null,
    });
}
