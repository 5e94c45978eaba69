import { CALLS } from './calls.js';
import { CONFLICTS } from './conflicts.js';
import type { LedgerSubject } from './ledger-subject.js';
import { POLICIES } from './policies.js';
import { READS } from './reads.js';
import { ScriptedLedger } from './scripted-ledger.js';

const GROUPS = { reads: READS, conflicts: CONFLICTS, calls: CALLS, policies: POLICIES } as const;

/** Plays every case on a ledger. */
export function describeLedgerCases(subject: () => LedgerSubject): void {
    for (const [group, cases] of Object.entries(GROUPS)) {
        describe(group, () => {
            for (const [index, { title, play }] of cases.entries()) {
                it(title, async () => {
                    await play(new ScriptedLedger(subject(), `${group}-${index}`));
                });
            }
        });
    }
}
