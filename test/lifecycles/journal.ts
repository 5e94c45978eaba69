import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { LedgerStub } from '../support/ledger-stub.js';
import type { Gap, Statement, Step } from '../recompute/statement.js';
import { slotAt, SLOTS } from './world.js';

type Posting = Statement['postings'][number];
type Deposit = Statement['deposits'][number];

/** What happened in a lifecycle, as far as a second settlement asks for it. */
export class Journal {
    readonly postings: Posting[] = [];
    readonly steps: Step[] = [];
    readonly gaps: Gap[] = [];
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
        if (type === 'cover-transfer') {
            const transfer = JSON.parse(text) as Extract<Step, { kind: 'cover' }>;
            this.steps.push({ ...transfer, kind: 'cover' });
            const account = `cover/${transfer.participantId}/${transfer.carrier}`;
            this.#post('cover', null, `free/${transfer.participantId}`, account, BigInt(transfer.amountNano));
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

    /** A run, and which readings it did without. */
    settled({ carrier, slot, points }: Settlement, ledger: LedgerStub): void {
        this.steps.push({ kind: 'run', carrier, slot });
        const isRead = (pointId: string, of: number): boolean =>
            ledger.read('exchange', `reading/${pointId}/${String(of).padStart(10, '0')}`) !== undefined;
        for (const { pointId, quality } of points) {
            const meters = carrier !== 'mobility' && quality !== 'scheduled';
            if (meters && !isRead(pointId, slot)) {
                const later = Array.from({ length: SLOTS }, (_, index) => slotAt(index)).filter((each) => each > slot);
                this.gaps.push({ pointId, slot, nextSlot: later.find((each) => isRead(pointId, each)) ?? null });
            }
        }
    }

    #post(kind: string, agreementId: string | null, from: string, to: string, nano: bigint): void {
        if (nano > 0n) {
            const purpose = { kind, agreementId, slot: null };
            this.postings.push({ ...purpose, account: from, amountNano: String(-nano) });
            this.postings.push({ ...purpose, account: to, amountNano: String(nano) });
        }
    }
}
