import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import { disputeCodec } from '@commonwatt/chaincode/wire/dispute';
import type { KeptRecords, RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';

/** Disputes that wait for the regulator's word on the operator's decision, or for their closing after it. */
export const keepDecidedDisputes = (market: Market, records: RecordsInBlocks): KeptRecords<Dispute> =>
    records.keep({
        role: 'exchange',
        name: 'dispute',
        codec: disputeCodec,
        idOf: ({ objection: { pointId, slot, raisedBy } }) => `${pointId}/${String(slot)}/${raisedBy}`,
        list: () => market.disputes.list(),
        isOpen: ({ state }) => state === 'decided',
    });
