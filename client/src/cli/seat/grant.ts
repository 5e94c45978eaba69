import { SEAT_KINDS, type SeatKind } from '@commonwatt/chaincode/domain/seat';
import { Argument, type Command } from 'commander';
import { subjectHashOfCertificate } from '../../identity.js';
import { addVerb, onRun } from '../verb.js';

export function registerGrant(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'grant',
        summary: 'name an officer of the own organization, as its administrator',
        example: 'commonwatt seat grant reviewer --officer reviewer-1 --org regulator --as admin',
        mode: 'submit',
    })
        .addArgument(new Argument('<kind>', 'the office').choices(SEAT_KINDS))
        .requiredOption('--officer <identity>', "identity in the organization's wallet");
    onRun<{ officer: string }>(verb, async (session, { officer }, [kind = '']) => {
        const market = await session.market();
        const { mspId, certificate, signingKey } = await (await session.wallet()).get(officer);
        const done = await market.seats.grant({
            kind: kind as SeatKind,
            mspId,
            subjectHash: subjectHashOfCertificate(mspId, certificate),
            publicKey: signingKey.publicKey,
        });
        session.printCommitted(done, `${officer} of ${mspId} holds a seat as ${kind}`);
    });
}
