import type { SignedDocument } from '@commonwatt/chaincode/domain/mandate';
import type { Command } from 'commander';
import { InvalidError } from '../../errors.js';
import type { Session } from '../session.js';

/** For whom a verb signs. */
export type PartyOptions = Readonly<{ participant?: string; for?: string; mandate?: string }>;

/** A party, and the mandate under which the identity signs for it. */
export type SigningParty = Readonly<{ participantId: string; mandateId: string | null }>;

export function addPartyOptions(verb: Command): Command {
    return verb
        .option('--participant <id>', 'participant that --as stands for (default: the name of --as)')
        .option('--for <principal>', 'sign as the agent of another participant, under its mandate')
        .option('--mandate <id>', 'the mandate (default: one in force that covers what is signed, asked of a peer)');
}

/** @throws InvalidError OPTION_MISSING {option} · NotFoundError MANDATE_MISSING {principalId, agentId} */
export async function partyOf(
    session: Session,
    options: PartyOptions,
    document: SignedDocument | (() => Promise<SignedDocument>),
): Promise<SigningParty> {
    const { for: principalId, mandate } = options;
    const participantId = options.participant ?? session.identityName;
    if (principalId === undefined) {
        if (mandate !== undefined) {
            throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--for' } });
        }
        return { participantId, mandateId: null };
    }
    if (mandate !== undefined) {
        return { participantId: principalId, mandateId: mandate };
    }
    const { mandates } = await session.market();
    const signed = typeof document === 'function' ? await document() : document;
    const { mandateId } = await mandates.covering(principalId, participantId, signed);
    return { participantId: principalId, mandateId };
}
