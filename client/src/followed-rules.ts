import { datedRulesCodec } from '@commonwatt/chaincode/wire/charter';
import type { RecordsInBlocks } from './kept-records.js';
import type { Market } from './market.js';
import { RulesVersions } from './rules-versions.js';

/** Every version of the rules as of the last refresh. */
export function followRules(market: Market, records: RecordsInBlocks): () => RulesVersions {
    const kept = records.keep({
        role: 'exchange',
        name: 'rules-version',
        codec: datedRulesCodec,
        idOf: ({ rules }) => String(rules.version),
        list: () => market.charter.listRules(),
        isOpen: () => true,
    });
    return () => new RulesVersions(kept.open);
}
