import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: 'list the versions that were proposed and what became of them, of one agreement or of all',
        example: 'commonwatt amendment list 3f0c…e1 --org community',
        mode: 'read',
    }).argument('[agreement]', 'id of the agreement, or its first eight digits or more');
    onRun(verb, async (session, _, [agreementId = null]) => {
        const { agreements, amendments, verdicts } = await session.market();
        const proposed = await amendments.list(agreementId);
        const inForce = new Map((await agreements.list()).map((execution) => [execution.agreementId, execution]));
        const said = await verdicts.of(
            proposed.map((each) => ({ agreementId: each.agreementId, version: each.terms.version })),
        );
        const slots = await session.slotNames();
        const listed = proposed.map((amendment, index) => ({
            amendment,
            isInForce: inForce.get(amendment.agreementId)?.termsHash === amendment.termsHash,
            decision: said[index]?.statement.decision ?? null,
        }));
        session.print(
            listed,
            table([
                ['AGREEMENT', 'VERSION', 'PROPOSED BY', 'VERDICT', 'ENACTED BEFORE SLOT', 'IN FORCE'],
                ...listed.map(({ amendment: { agreementId: id, terms }, isInForce, decision }) => [
                    id,
                    String(terms.version),
                    terms.proposerId,
                    decision ?? '-',
                    slots.one(terms.concludeBeforeSlot),
                    isInForce ? 'yes' : 'no',
                ]),
            ]),
        );
    });
}
