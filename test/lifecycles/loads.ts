import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { connectionCodec } from '@commonwatt/chaincode/wire/connection';
import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { must } from './broken.js';
import type { Tally } from './tally.js';
import { connectionOf } from './world.js';

type InForce = Readonly<{ terms: Terms; endSlot: number }>;
export type Loads = ReadonlyMap<string, bigint>;

/** Energy through each connection, by direction and slot. */
export function loadsOf(agreements: readonly InForce[]): Loads {
    const loads = new Map<string, bigint>();
    for (const { flow, wh } of agreements.flatMap(flowsOf)) {
        loads.set(flow, (loads.get(flow) ?? 0n) + wh);
    }
    return loads;
}

const flowsOf = ({ terms, endSlot }: InForce): { flow: string; wh: bigint }[] =>
    terms.legs.flatMap((leg) =>
        leg.energyWh.flatMap((wh, offset) => {
            const slot = terms.firstSlot + offset;
            const [from, to] = [connectionOf(leg.sellerPoint), connectionOf(leg.buyerPoint)];
            const flows = [
                { flow: `${leg.carrier} ${from} export ${slot}`, wh },
                { flow: `${leg.carrier} ${to} import ${slot}`, wh },
            ];
            return slot < endSlot ? flows : [];
        }),
    );

/** What enters into force loads no connection beyond its limits, where that is not less than before. */
export function checkConnections(ledger: LedgerDouble, tally: Tally, before: Loads, after: Loads): void {
    for (const [flow, wh] of after) {
        const [carrier = '', connectionPoint = '', side = ''] = flow.split(' ');
        const text = ledger.read('exchange', `connection/${carrier}/${connectionPoint}`)?.value.toString('utf8');
        if (text === undefined || wh <= (before.get(flow) ?? 0n)) {
            continue;
        }
        const { importMaxW, exportMaxW } = connectionCodec.decode(text).statement;
        const limitWh = (side === 'import' ? importMaxW : exportMaxW) / 4n;
        must(wh <= limitWh, 'no connection is overloaded', { flow, wh, limitWh });
        tally.saw('flows within the limits of their connection');
    }
}
