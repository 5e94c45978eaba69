import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { INITIAL_RUN, type Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import type {
    CalorificValue,
    Gap,
    Replacement,
    StatedDelivery,
    Statement,
    Step,
    StruckPoint,
} from '../recompute/statement.js';
import { gapAt, gapsOfRun, whPerM3At } from './registers-read.js';
import { statedOf, struckOf } from './run-facts.js';

type Posting = Statement['postings'][number];
type Deposit = Statement['deposits'][number];

/** What happened in a lifecycle, as far as a second settlement asks for it. */
export class Journal {
    readonly postings: Posting[] = [];
    readonly steps: Step[] = [];
    readonly gaps: Gap[] = [];
    readonly calorificValues: CalorificValue[] = [];
    readonly statements: StatedDelivery[] = [];
    readonly struck: StruckPoint[] = [];
    readonly deposits: Deposit[] = [];
    /** Versions that were in force, by agreement, with the slot from which the next one counted. */
    readonly versions = new Map<string, { agreement: Agreement; fromSlot: number }[]>();

    record(key: string, text: string): void {
        const [type] = key.split('/');
        if (type === 'deposit') {
            const deposit = JSON.parse(text) as Deposit;
            this.deposits.push(deposit);
            const free = `free/${deposit.participantId}`;
            this.#post('deposit', null, 'system/external', free, BigInt(deposit.amountNano));
        }
        const step = stepOf(type ?? '', text);
        if (step !== null) {
            this.steps.push(step);
            this.#post(...movementOf(step));
        }
        if (type === 'replaced-reading') {
            const { pointId, slot, kind, importWh, exportWh } = JSON.parse(text) as ReplacedText;
            this.steps.push({ kind: 'replacement', pointId, slot, of: kind, importWh, exportWh });
        }
        if (type === 'settlement') {
            const { postings } = JSON.parse(text) as { postings: Posting[] };
            this.postings.push(...postings);
        }
    }

    /** Escrow that moves outside of a run. */
    moved(changes: ReadonlyMap<string, bigint>): void {
        for (const [account, nano] of changes) {
            const [place, agreementId = '', participantId = ''] = account.split('/');
            if (place === 'escrow') {
                const free = `free/${participantId}`;
                const [kind, from, to] = nano > 0n ? ['fund', free, account] : ['release', account, free];
                this.#post(kind, agreementId, from, to, nano > 0n ? nano : -nano);
            }
        }
    }

    replaced(agreement: Agreement, fromSlot: number): void {
        const earlier = this.versions.get(agreement.agreementId) ?? [];
        this.versions.set(agreement.agreementId, [...earlier, { agreement, fromSlot }]);
    }

    /** A run, what it knew besides readings, and which of those it did without. */
    settled(settlement: Settlement, ledger: LedgerDouble): void {
        const { carrier, slot, run, points } = settlement;
        const whPerM3 = whPerM3At(ledger, carrier, slot);
        const [statements, struck] = [statedOf(settlement, ledger), struckOf(settlement, ledger)];
        if (run !== INITIAL_RUN) {
            const gaps = gapsOfRun(ledger, carrier, slot);
            this.steps.push({ kind: 'reconciliation', carrier, slot, whPerM3, gaps, statements, struck });
            return;
        }
        this.statements.push(...statements);
        this.struck.push(...struck);
        this.steps.push({ kind: 'run', carrier, slot });
        if (whPerM3 !== null) {
            this.calorificValues.push({ slot, whPerM3 });
        }
        const metered = carrier === 'mobility' ? [] : points.filter(({ quality }) => quality !== 'scheduled');
        this.gaps.push(...metered.flatMap(({ pointId }) => gapAt(ledger, pointId, slot) ?? []));
    }

    #post(...[kind, agreementId, from, to, nano]: Movement): void {
        if (nano > 0n) {
            const purpose = { kind, agreementId, slot: null };
            this.postings.push({ ...purpose, account: from, amountNano: String(-nano) });
            this.postings.push({ ...purpose, account: to, amountNano: String(nano) });
        }
    }
}

type ReplacedText = Omit<Replacement, 'kind' | 'of'> & Readonly<{ kind: Replacement['of'] }>;
type Transfer = Exclude<Step, { kind: 'run' | 'reconciliation' | 'replacement' }>;
type Movement = readonly [kind: string, agreementId: string | null, from: string, to: string, nano: bigint];

/** What a record says that somebody wanted; of a payout once that it was asked for, once that it was paid or came back. */
function stepOf(type: string, text: string): Transfer | null {
    const record = JSON.parse(text) as {
        participantId: string;
        carrier: string;
        amountNano: string;
        paymentId: string | null;
        returnReason: string | null;
    };
    switch (type) {
        case 'cover-transfer':
            return { ...record, kind: 'cover' };
        case 'cover-draw':
            return { ...record, kind: 'draw' };
        case 'subsidy-payment':
            return { ...record, kind: 'subsidy' };
        case 'payout':
            if (record.returnReason !== null) {
                return { ...record, kind: 'returned' };
            }
            return { ...record, kind: record.paymentId === null ? 'payout' : 'paid' };
        default:
            return null;
    }
}

function movementOf(step: Transfer): Movement {
    const nano = BigInt(step.amountNano);
    switch (step.kind) {
        case 'cover':
            return ['cover', null, `free/${step.participantId}`, `cover/${step.participantId}/${step.carrier}`, nano];
        case 'draw':
            return ['cover', null, `cover/${step.participantId}/${step.carrier}`, `free/${step.participantId}`, nano];
        case 'subsidy':
            return ['deposit', null, 'system/external', `subsidy/${step.carrier}`, nano];
        case 'payout':
            return ['payout', null, `free/${step.participantId}`, `payout/${step.participantId}`, nano];
        case 'paid':
            return ['payout', null, `payout/${step.participantId}`, 'system/external', nano];
        case 'returned':
            return ['payout', null, `payout/${step.participantId}`, `free/${step.participantId}`, nano];
    }
}
