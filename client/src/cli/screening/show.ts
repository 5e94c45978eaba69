import { carriersOf } from '@commonwatt/chaincode/domain/agreement';
import type { Command } from 'commander';
import { orNull } from '../../ledger.js';
import { count } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { reviewedOf } from '../verdict/reviewed.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show what the network operator says of an agreement, carrier by carrier',
        example: 'commonwatt screening show 3f0c…e1 --org community',
        mode: 'read',
    })
        .argument('<agreement>', 'id of the agreement, or its first eight digits or more')
        .option('--amendment <version>', 'a version that was proposed (default: the one in force)', count);
    onRun<{ amendment?: number }>(verb, async (session, { amendment }, [agreementId = '']) => {
        const market = await session.market();
        const { terms } = await reviewedOf(market, agreementId, amendment);
        const { carriers } = (await market.charter.rulesVersions()).of(terms);
        const screened = [];
        for (const carrier of carriersOf(terms)) {
            const screening = await orNull(market.screenings.show(agreementId, terms.version, carrier));
            screened.push({ carrier, mode: carriers[carrier]?.screening ?? 'none', screening });
        }
        session.print(screened, [
            `Version ${String(terms.version)} of agreement ${agreementId}:`,
            ...screened.map(({ carrier, mode, screening }) => {
                const statement = screening?.statement;
                const word =
                    statement === undefined ? 'nothing said' : `${statement.decision} (${statement.reasonCode})`;
                return mode === 'central' ? `  ${carrier}: ${word}` : `  ${carrier}: screening is ${mode}`;
            }),
        ]);
    });
}
