import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import { type Execution, heldBy } from '@commonwatt/chaincode/domain/escrow';
import {
    EXTERNAL_ACCOUNT,
    escrowAccount,
    freeAccount,
    type Posting,
    transfer,
} from '@commonwatt/chaincode/domain/posting';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { minus, NO_MONEY } from '@commonwatt/chaincode/domain/units';
import type { AgreementChange, AgreementView } from '@commonwatt/chaincode/wire/agreement';
import { inParallel } from './in-parallel.js';
import type { Concluded, Stage } from './stage.js';

/** What the peers say once the demo is through. */
export type Findings = Readonly<{
    height: number;
    agreements: readonly FoundAgreement[];
    /** Every run, slot by slot and carrier by carrier. */
    settlements: readonly Settlement[];
    postings: readonly Posting[];
}>;
export type FoundAgreement = AgreementView & Readonly<{ name: string; funded: boolean }>;

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
    const found = await inParallel(concluded, async ({ agreementId, contract }) => {
        const view = await market.agreements.show(agreementId);
        const moved = escrowMovements(await market.agreements.history(agreementId));
        return { agreement: { ...view, name: contract.name, funded: moved.length > 0 }, moved };
    });
    const carriers: readonly Carrier[] = [...new Set(stage.plan.points.map(({ carrier }) => carrier))];
    const runs = stage.slots.flatMap((slot) => carriers.map((carrier) => ({ slot, carrier })));
    const settlements = await inParallel(runs, ({ carrier, slot }) => market.settlements.show(carrier, slot));
    return {
        height: await market.transport.height(),
        agreements: found.map(({ agreement }) => agreement),
        settlements,
        postings: [
            ...deposits,
            ...coverMovements(stage),
            ...found.flatMap(({ moved }) => moved),
            ...settlements.flatMap(({ postings }) => postings),
        ],
    };
}

/** What participants moved into their credit covers, each of which the ledger confirmed. */
const coverMovements = ({ plan }: Stage): Posting[] =>
    plan.fundings.flatMap(({ participantId, covers }) =>
        covers.flatMap(({ carrier, amountNano }) =>
            transfer(freeAccount(participantId), `cover/${participantId}/${carrier}`, amountNano, {
                kind: 'cover',
                agreementId: null,
                slot: null,
            }),
        ),
    );

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
