import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Permit } from '@commonwatt/chaincode/domain/qualification';
import type { Command } from 'commander';
import { carriers } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ buy: readonly Carrier[]; sell: readonly Carrier[]; reason: string; key?: string }>;

export function registerGrant(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'grant',
        summary: 'qualify a participant, as a reviewer of the regulator; replaces an earlier grant',
        example: 'commonwatt qualification grant bld-12 --buy electricity --org regulator --as reviewer-1',
        mode: 'submit',
    })
        .argument('<participant>')
        .option('--buy <carriers>', 'carriers that it may buy, separated by commas', carriers, [])
        .option('--sell <carriers>', 'carriers that it may sell, separated by commas', carriers, [])
        .option('--reason <code>', 'reason code in camelCase', 'documentsComplete')
        .option('--key <id>', 'the signing key that the applicant showed: another one on the ledger is refused');
    onRun<Options>(verb, async (session, { buy, sell, reason, key }, [participantId = '']) => {
        const market = await session.market();
        const permits = permitsOf(buy, sell);
        const done = await market.qualifications.grant({ participantId, permits, reasonCode: reason, keyId: key });
        const { mspId, keyId } = done.value.statement.person;
        session.printCommitted(done, `Qualified ${participantId} of ${mspId}, who signs with ${keyId}`);
    });
}

const permitsOf = (buy: readonly Carrier[], sell: readonly Carrier[]): Permit[] =>
    CARRIERS.filter((each) => buy.includes(each) || sell.includes(each)).map((each) => ({
        carrier: each,
        buy: buy.includes(each),
        sell: sell.includes(each),
    }));
