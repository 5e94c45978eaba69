import { FACT_KINDS, type FactKind } from '@commonwatt/chaincode/domain/fact';
import type { Command } from 'commander';
import { oneOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ kind: FactKind; subject: string; reason: string }>;

export function registerReject(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'reject',
        summary: 'reject what an officer states, or take a confirmation back while its notice runs',
        example:
            'commonwatt fact reject 9f2c… --kind meterExchange --subject mp-bld-12 --reason ownerObjects ' +
            '--org regulator --as reviewer',
        mode: 'submit',
    })
        .argument('<hash>', 'SHA-256 of the statement')
        .requiredOption('--kind <kind>', `one of ${FACT_KINDS.join(', ')}`, oneOf<FactKind>([...FACT_KINDS]))
        .requiredOption('--subject <id>', 'the point, source or declaration that it is about')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<Options>(verb, async (session, { kind, subject: subjectId, reason }, [factHash = '']) => {
        const fact = { kind, subjectId, factHash, reasonCode: reason };
        const done = await (await session.market()).facts.reject(fact);
        session.printCommitted(done, `Rejected ${kind} of ${subjectId}`);
    });
}
