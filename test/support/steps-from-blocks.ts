import type { Gap, Replacement, Statement, Step } from '../recompute/statement.js';
import type { ReplayedTransaction } from './replay.js';

/** Runs, replacements and transfers as they followed each other, and the readings that initial runs did without. */
export type Steps = Required<Pick<Statement, 'steps' | 'gaps'>>;

type Metered = Readonly<{ pointId: string; carrier: string; fromSlot: number }>;
type SettlementText = Readonly<{ carrier: string; slot: number; run: number }>;
type ReplacedText = Omit<Replacement, 'kind' | 'of'> & Readonly<{ kind: Replacement['of'] }>;
type TransferText = Readonly<{ participantId: string; carrier: string; amountNano: string }>;

/** @param metered points with a meter, none of which has been exchanged */
export function stepsFrom(transactions: readonly ReplayedTransaction[], metered: readonly Metered[]): Steps {
    const steps: Step[] = [];
    const gaps: Gap[] = [];
    const read = new ReadSlots();
    for (const { key, value } of transactions.flatMap(({ changes }) => changes)) {
        const [, type, pointId = '', slot] = key.split('/');
        const text = value ?? '';
        if (type === 'reading') {
            read.add(pointId, Number(slot));
        } else if (type === 'replaced-reading') {
            const { kind: of, ...replaced } = JSON.parse(text) as ReplacedText;
            steps.push({ ...replaced, kind: 'replacement', of });
        } else if (type === 'cover-transfer') {
            steps.push({ ...(JSON.parse(text) as TransferText), kind: 'cover' });
        } else if (type === 'settlement') {
            const ref = JSON.parse(text) as SettlementText;
            const points = metered.filter(({ carrier, fromSlot }) => carrier === ref.carrier && fromSlot <= ref.slot);
            if (ref.run === 0) {
                steps.push({ kind: 'run', carrier: ref.carrier, slot: ref.slot });
                gaps.push(...points.flatMap((point) => read.gap(point.pointId, ref.slot) ?? []));
            } else {
                const missing = points.flatMap((point) => read.gapsUpTo(point, ref.slot));
                steps.push({
                    kind: 'reconciliation',
                    carrier: ref.carrier,
                    slot: ref.slot,
                    gaps: missing,
                    whPerM3: null,
                });
            }
        }
    }
    return { steps, gaps };
}

/** Slots of which readings are on the ledger by now. */
class ReadSlots {
    readonly #slots = new Map<string, Set<number>>();

    add(pointId: string, slot: number): void {
        this.#slots.set(pointId, (this.#slots.get(pointId) ?? new Set()).add(slot));
    }

    gap(pointId: string, slot: number): Gap | null {
        const slots = this.#slots.get(pointId) ?? new Set<number>();
        if (slots.has(slot)) {
            return null;
        }
        const before = [...slots].filter((each) => each < slot);
        const after = [...slots].filter((each) => each > slot);
        return {
            pointId,
            slot,
            lastSlot: before.length === 0 ? null : Math.max(...before),
            nextSlot: after.length === 0 ? null : Math.min(...after),
        };
    }

    /** Every gap from the point's first slot on. */
    gapsUpTo({ pointId, fromSlot }: Metered, slot: number): Gap[] {
        const slots = Array.from({ length: slot - fromSlot + 1 }, (_, index) => fromSlot + index);
        return slots.flatMap((each) => this.gap(pointId, each) ?? []);
    }
}
