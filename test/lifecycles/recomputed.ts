import type { Terms as SignedTerms } from '@commonwatt/chaincode/domain/agreement';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { haltEndSlot } from '@commonwatt/chaincode/domain/halt';
import { termsCodec } from '@commonwatt/chaincode/wire/agreement';
import { rulesCodec } from '@commonwatt/chaincode/wire/charter';
import { type Difference, recomputeFrom } from '../recompute/recompute.js';
import type { Source, Statement, Terms } from '../recompute/statement.js';
import { FIRST_SLOT } from '../support/sample-market.js';
import type { WorldMeters } from './meters.js';
import type { Watch } from './watch.js';
import { POINTS, SUBJECTS } from './world.js';

/** Stands for a meter whose registers the world knows. */
const WORLD_METER: Source = { columns: [], factor: ['1', '1'], simulatedWh: [] };

/** Settles a lifecycle a second time, by a program that shares nothing with the market but the terms and the meters. */
export function recomputed(rules: Rules, watch: Watch, meters: WorldMeters): Difference[] {
    const statement = statementOf(rules, watch);
    return recomputeFrom(statement, {
        state: ({ pointId }, slot) => {
            const { importWh, exportWh } = meters.state(pointId, slot - FIRST_SLOT);
            // The world's gas meters count a litre for each Wh.
            return { importWh, exportWh, importLitres: importWh, exportLitres: exportWh };
        },
    });
}

function statementOf(rules: Rules, watch: Watch): Statement {
    const { journal } = watch;
    return {
        scenario: { week: '', slots: [] },
        rules: rulesCodec.toJson(rules) as unknown as Statement['rules'],
        points: POINTS.map(({ point, isMetered }) => ({ ...point, source: isMetered ? WORLD_METER : null })),
        agreements: watch.agreements.map(({ agreementId, terms }) => {
            const execution = watch.execution(agreementId);
            const replaced = journal.versions.get(agreementId) ?? [];
            return {
                ...writtenTerms(terms),
                id: agreementId,
                parties: terms.parties.map(({ participantId }) => ({
                    participantId,
                    mspId: SUBJECTS[participantId]?.mspId ?? '',
                    beneficialOwnerMspId: null,
                })),
                endSlot: execution?.endSlot ?? terms.firstSlot,
                funded: execution !== undefined && execution.state !== 'lapsed',
                replaced: replaced.map(({ agreement, fromSlot }) => ({
                    terms: writtenTerms(agreement.terms),
                    fromSlot,
                })),
            };
        }),
        halts: watch.halts().map((halt) => ({
            carrier: halt.statement.carrier,
            mspId: halt.mspId,
            fromSlot: halt.statement.fromSlot,
            endSlot: haltEndSlot(halt),
        })),
        gaps: journal.gaps,
        calorificValues: journal.calorificValues,
        statements: journal.statements,
        struck: journal.struck,
        deposits: journal.deposits,
        covers: [],
        steps: journal.steps,
        postings: journal.postings,
        sums: sumsOf(journal.postings),
    };
}

const writtenTerms = (terms: SignedTerms): Terms => termsCodec.toJson(terms) as unknown as Terms;

function sumsOf(postings: Statement['postings']): Statement['sums'] {
    const byKind = new Map<string, bigint>();
    for (const { kind, amountNano } of postings) {
        byKind.set(kind, (byKind.get(kind) ?? 0n) + BigInt(amountNano));
    }
    const total = [...byKind.values()].reduce((sum, each) => sum + each, 0n);
    return { byKind: Object.fromEntries([...byKind].map(([kind, sum]) => [kind, String(sum)])), total: String(total) };
}
