import {
    PARTICIPANT_KINDS,
    type ParticipantKind,
    type Sector,
    SECTORS,
} from '@commonwatt/chaincode/domain/participant';
import type { Command } from 'commander';
import { oneOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ participant?: string; kind: ParticipantKind; sector?: Sector; owner?: string }>;

export function registerApply(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'apply',
        summary: 'apply as a participant with the certificate and signing key of --as',
        example: 'commonwatt participant apply --org community --as bld-12 --kind consumer --sector residential',
        mode: 'submit',
    })
        .requiredOption('--kind <kind>', PARTICIPANT_KINDS.join(', '), oneOf(PARTICIPANT_KINDS))
        .option('--sector <sector>', `${SECTORS.join(', ')}; for consumers and prosumers`, oneOf(SECTORS))
        .option('--participant <id>', 'pseudonym on the ledger (default: the name of --as)')
        .option('--owner <msp>', 'MSP that profits from the trades besides the own one');
    onRun<Options>(verb, async (session, options) => {
        const market = await session.market();
        const done = await market.participants.apply({
            participantId: options.participant ?? session.identityName,
            kind: options.kind,
            sector: options.sector ?? null,
            beneficialOwnerMspId: options.owner ?? null,
        });
        session.printCommitted(done, `${done.value.participantId} has applied as ${done.value.kind}`);
    });
}
