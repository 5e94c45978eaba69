import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Loading } from '@commonwatt/chaincode/domain/loading';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { loadingCodec } from '@commonwatt/chaincode/wire/admission';
import { datedRulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { conformityCodec } from '@commonwatt/chaincode/wire/conformity';
import { connectionCodec, connectionShareCodec } from '@commonwatt/chaincode/wire/connection';
import { standardCodec } from '@commonwatt/chaincode/wire/standard';
import type { Endorsement, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { must } from './broken.js';
import type { Tally } from './tally.js';
import { connectionOf, DEVICES } from './world.js';

type InForce = Readonly<{ terms: Terms; endSlot: number }>;
type Flow = Readonly<{ carrier: string; pointId: string; side: 'importWh' | 'exportWh' | 'soldWh'; slot: number }>;

const LOADING_SLOTS = 96;
const written = (number: number): string => String(number).padStart(10, '0');

/** Holds that points take, feed in and sell no more than they may, over all agreements; from the records alone. */
export class LoadWatch {
    readonly #ledger: LedgerDouble;
    readonly #tally: Tally;
    readonly #rules: Rules;

    constructor(ledger: LedgerDouble, tally: Tally) {
        this.#ledger = ledger;
        this.#tally = tally;
        this.#rules = datedRulesCodec.decode(ledger.read('exchange', 'rules')?.value.toString('utf8') ?? '').rules;
    }

    /** What a round sets aside more than before stays within what limits the point now; what is counted first stands. */
    admitted(writes: Endorsement['writes'], inForce: readonly InForce[]): void {
        for (const { key, value } of writes.filter((each) => each.key.startsWith('loading/'))) {
            const after = loadingCodec.decode(value ?? '');
            const before = this.#read('exchange', key, loadingCodec);
            for (const flow of everyFlowOf(after)) {
                const offset = flow.slot - after.firstSlot;
                const stood = before?.[flow.side][offset] ?? this.#sumOf(flow, inForce);
                this.#checkRise(flow, stood, after[flow.side][offset] ?? 0n);
            }
        }
    }

    #checkRise(flow: Flow, stood: bigint, wh: bigint): void {
        const limitWh = wh > stood ? this.#limitOf(flow) : null;
        if (limitWh !== null) {
            must(wh <= limitWh, 'no more is admitted at a point than it may', { ...flow, wh, limitWh });
            this.#tally.saw(flow.side === 'soldWh' ? 'sales within ratings' : 'flows within shares');
        }
    }

    /** What is in force at points that are limited was admitted there. */
    entered(inForce: readonly InForce[], terms: Terms): void {
        for (const flow of flowsOf({ terms, endSlot: terms.firstSlot + terms.slotCount })) {
            const sum = this.#sumOf(flow, inForce);
            const { carrier, pointId, side, slot } = flow;
            const start = Math.floor(slot / LOADING_SLOTS) * LOADING_SLOTS;
            const loading = this.#read('exchange', `loading/${carrier}/${pointId}/${written(start)}`, loadingCodec);
            const isCounted = this.#ledger.read('exchange', `counted-point/${carrier}/${pointId}`) !== undefined;
            const isLimited = this.#limitOf(flow) !== null && sum > 0n;
            must(isCounted || !isLimited, 'what is limited is counted', flow);
            const admitted = loading?.[side][slot - start] ?? 0n;
            must(!isCounted || sum <= admitted, 'what is in force was admitted', { ...flow, sum, admitted });
            this.#tally.saw('slots in force as admitted', isCounted && sum > 0n ? 1 : 0);
        }
    }

    #sumOf({ carrier, pointId, side, slot }: Flow, inForce: readonly InForce[]): bigint {
        let sum = 0n;
        for (const { terms, endSlot } of inForce) {
            for (const leg of terms.legs.filter((each) => each.carrier === carrier && slot < endSlot)) {
                const isOwn = pointId === (side === 'importWh' ? leg.buyerPoint : leg.sellerPoint);
                const counts = side === 'soldWh' || connectionOf(leg.sellerPoint) !== connectionOf(leg.buyerPoint);
                sum += isOwn && counts ? (leg.energyWh[slot - terms.firstSlot] ?? 0n) : 0n;
            }
        }
        return sum;
    }

    #limitOf(flow: Flow): bigint | null {
        return flow.side === 'soldWh' ? this.#rating(flow) : this.#share(flow);
    }

    #share({ carrier, pointId, side }: Flow): bigint | null {
        const key = `${carrier}/${connectionOf(pointId)}`;
        const connection = this.#read('exchange', `connection/${key}`, connectionCodec);
        if (connection === null || this.#rules.carriers[carrier as 'heat']?.screening === 'none') {
            return null;
        }
        const share = this.#read('exchange', `share/${key}/${pointId}`, connectionShareCodec);
        const [own = 0n, all, max] =
            side === 'importWh'
                ? [share?.importMaxW, connection.importSharedW, connection.statement.importMaxW]
                : [share?.exportMaxW, connection.exportSharedW, connection.statement.exportMaxW];
        return (all > max ? (own * max) / all : own) / 4n;
    }

    #rating({ carrier, pointId, slot }: Flow): bigint | null {
        const standards = this.#rules.carriers[carrier as 'heat']?.conformityStandards ?? [];
        const rated = standards.flatMap((standardId) => {
            const standard = this.#read('supervision', `standard/${standardId}`, standardCodec);
            const held = this.#read('supervision', `conformity/${pointId}/${standardId}`, conformityCodec);
            const counts = standard !== null && standard.statement.fromSlot <= slot;
            return counts && DEVICES.some((device) => device.pointId === pointId)
                ? [(held?.statement.ratedW ?? 0n) / 4n]
                : [];
        });
        return rated[0] ?? null;
    }

    #read<Value>(chaincode: string, key: string, codec: Codec<Value>): Value | null {
        const text = this.#ledger.read(chaincode, key)?.value.toString('utf8');
        return text === undefined ? null : codec.decode(text);
    }
}

const everyFlowOf = ({ carrier, pointId, firstSlot }: Loading): Flow[] =>
    (['importWh', 'exportWh', 'soldWh'] as const).flatMap((side) =>
        Array.from({ length: LOADING_SLOTS }, (_, offset) => ({ carrier, pointId, side, slot: firstSlot + offset })),
    );

function flowsOf({ terms, endSlot }: InForce): Flow[] {
    return terms.legs.flatMap(({ carrier, sellerPoint, buyerPoint, energyWh }) =>
        energyWh.flatMap((_, offset): Flow[] => {
            const slot = terms.firstSlot + offset;
            const isMetered = DEVICES.some((device) => device.pointId === sellerPoint);
            const flows: Flow[] = [
                { carrier, pointId: sellerPoint, side: 'exportWh', slot },
                { carrier, pointId: buyerPoint, side: 'importWh', slot },
                ...(isMetered ? [{ carrier, pointId: sellerPoint, side: 'soldWh', slot } as const] : []),
            ];
            return slot < endSlot ? flows : [];
        }),
    );
}
