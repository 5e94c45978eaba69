import type { CalorificVersion } from '@commonwatt/chaincode/domain/calorific';
import { calorificHashOf } from '@commonwatt/chaincode/wire/calorific';
import type { Command } from 'commander';
import { orNull } from '../../ledger.js';
import type { Market } from '../../market.js';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show the calorific values that are published for a slot, and what the regulator says of them',
        example: 'commonwatt calorific show --slot 2016-07-20T09:00Z --org community',
        mode: 'read',
    }).requiredOption('--slot <slot>', 'slot: index or UTC time of its beginning');
    onRun<Readonly<{ slot: string }>>(verb, async (session, options) => {
        const slot = await session.slot(options.slot);
        const market = await session.market();
        const { versions } = await market.calorifics.show(slot);
        const told = await Promise.all(versions.map((version) => withFinding(market, version)));
        session.print({ slot, versions: told }, [
            `Slot ${(await session.slotNames()).one(slot)}, Wh per m3 at norm conditions:`,
            ...table([
                ['VERSION', 'VALUE', 'ATTESTED BY', 'COUNTS AT ONCE', 'FINDING', 'FACT'],
                ...told.map(({ statement, attestation, countsAtOnce, finding, factHash }) => [
                    String(statement.version),
                    String(statement.calorificWhPerM3),
                    attestation?.sourceId ?? '',
                    countsAtOnce ? 'yes' : '',
                    finding ?? '',
                    factHash,
                ]),
            ]),
        ]);
    });
}

type Told = CalorificVersion & Readonly<{ factHash: string; finding: string | null }>;

async function withFinding(market: Market, version: CalorificVersion): Promise<Told> {
    const factHash = calorificHashOf(version.statement);
    const review = await orNull(market.facts.show('calorific', factHash));
    return { ...version, factHash, finding: review?.statement.finding ?? null };
}
