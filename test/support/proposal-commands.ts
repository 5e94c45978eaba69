import { ORG_ROLES, type OrgRole } from '@commonwatt/chaincode/domain/charter';
import type { Choice, ProposalStatement } from '@commonwatt/chaincode/domain/proposal';
import type { CarrierRules, Rules } from '@commonwatt/chaincode/domain/rules';
import {
    makeProposalCodec,
    proposalIdOf,
    proposalRefCodec,
    proposalStatementCodec,
    voteCodec,
    voteStatementCodec,
} from '@commonwatt/chaincode/wire/proposal';
import * as commands from './market-commands.js';
import { FIRST_SLOT, RULES } from './sample-market.js';
import { SCOPE } from './signing-key.js';
import type { Identity } from './stub-identity.js';
import type { StubMarket } from './stub-market.js';

/** The second version of the sample rules, with electricity otherwise. */
export const nextRules = (electricity: Partial<CarrierRules> = {}, changes: Partial<Rules> = {}): Rules => {
    const carriers = Object.entries(RULES.carriers).map(([carrier, rule]) => [
        carrier,
        carrier === 'electricity' ? { ...rule, ...electricity } : rule,
    ]);
    return { ...RULES, version: 2, carriers: Object.fromEntries(carriers) as Rules['carriers'], ...changes };
};

/** Voted on for four slots, in force four slots later, unless told otherwise. */
export const proposalOf = (rules: Rules, changes: Partial<ProposalStatement> = {}): ProposalStatement => ({
    rules,
    voteUntilSlot: FIRST_SLOT + 4,
    fromSlot: FIRST_SLOT + 8,
    isEmergency: false,
    reasonCode: 'rulesChange',
    ...changes,
});

export function makeProposal({ key }: Identity, statement: ProposalStatement): string {
    const body = proposalStatementCodec.toJson(statement);
    return makeProposalCodec.encode({
        statement,
        signature: key.signDocument('commonwatt/proposal/1', SCOPE.exchange, body),
    });
}

export function castVote({ key }: Identity, proposalId: string, choice: Choice): string {
    const statement = { proposalId, choice };
    const body = voteStatementCodec.toJson(statement);
    return voteCodec.encode({ statement, signature: key.signDocument('commonwatt/vote/1', SCOPE.exchange, body) });
}

export const enactProposal = (statement: ProposalStatement): string =>
    proposalRefCodec.encode({ proposalId: proposalIdOf(statement) });

export const voterOf = (role: OrgRole): string => `${role}-voter`;

/** Every organisation names its voter. */
export async function seatVoters(market: StubMarket): Promise<void> {
    for (const role of ORG_ROLES) {
        const seat = commands.grantSeat('voter', market.who(voterOf(role)));
        await market.do(`${role}Admin`, 'supervision', 'seat:grant', seat);
    }
}

/** A proposal by the operator's voter, with a yes of each of these organisations. */
export async function carry(
    market: StubMarket,
    statement: ProposalStatement,
    roles: readonly OrgRole[] = ['operator', 'community', 'supplier'],
): Promise<void> {
    const operator = market.who(voterOf('operator'));
    await market.do(voterOf('operator'), 'exchange', 'proposal:make', makeProposal(operator, statement));
    for (const role of roles) {
        const name = voterOf(role);
        const command = castVote(market.who(name), proposalIdOf(statement), 'yes');
        await market.do(name, 'exchange', 'proposal:vote', command);
    }
}
