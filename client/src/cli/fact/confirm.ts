import { FACT_KINDS, type FactKind } from '@commonwatt/chaincode/domain/fact';
import type { Command } from 'commander';
import { oneOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ kind: FactKind; subject: string; from?: string; reason: string }>;

export function registerConfirm(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'confirm',
        summary: 'confirm what an officer of the market states, by its hash, as a reviewer of the regulator',
        example:
            'commonwatt fact confirm 9f2c… --kind meterExchange --subject mp-bld-12 --from 2016-07-22T09:00Z ' +
            '--reason ownerHasLeft --org regulator --as reviewer',
        mode: 'submit',
    })
        .argument('<hash>', 'SHA-256 of the statement')
        .requiredOption('--kind <kind>', `one of ${FACT_KINDS.join(', ')}`, oneOf<FactKind>([...FACT_KINDS]))
        .requiredOption('--subject <id>', 'the point, source or declaration that it is about')
        .option('--from <slot>', 'slot from which on it counts, a day ahead at least: of an exchange of a meter')
        .requiredOption('--reason <code>', 'reason code in camelCase');
    onRun<Options>(verb, async (session, { kind, subject: subjectId, from, reason }, [factHash = '']) => {
        const fromSlot = from === undefined ? null : await session.slot(from);
        const fact = { kind, subjectId, factHash, fromSlot, reasonCode: reason };
        const done = await (await session.market()).facts.confirm(fact);
        session.printCommitted(done, `Confirmed ${kind} of ${subjectId}`);
    });
}
