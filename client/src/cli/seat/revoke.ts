import { SEAT_KINDS, type SeatKind } from '@commonwatt/chaincode/domain/seat';
import { Argument, type Command } from 'commander';
import { InvalidError } from '../../errors.js';
import { subjectHashOfCertificate } from '../../identity.js';
import type { Session } from '../session.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ officer?: string; subject?: string }>;

export function registerRevoke(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'revoke',
        summary: 'take the seat of an officer of the own organization back, for good, as its administrator',
        example: 'commonwatt seat revoke reviewer --officer reviewer-1 --org regulator --as admin',
        mode: 'submit',
    })
        .addArgument(new Argument('<kind>', 'the office').choices(SEAT_KINDS))
        .option('--officer <identity>', "identity in the organization's wallet")
        .option('--subject <hash>', 'subject hash as `commonwatt seat list` shows it, in place of an identity');
    onRun<Options>(verb, async (session, options, [kind = '']) => {
        const { mspId } = await session.profile();
        const subjectHash = options.subject ?? (await subjectOf(session, options.officer));
        const done = await (await session.market()).seats.revoke({ kind: kind as SeatKind, mspId, subjectHash });
        session.printCommitted(done, `${options.officer ?? subjectHash} of ${mspId} holds no seat as ${kind} any more`);
    });
}

async function subjectOf(session: Session, officer: string | undefined): Promise<string> {
    if (officer === undefined) {
        throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--officer or --subject' } });
    }
    const { mspId, certificate } = await (await session.wallet()).get(officer);
    return subjectHashOfCertificate(mspId, certificate);
}
