import { z } from 'zod';
import {
    type Ballot,
    CHOICES,
    type Proposal,
    PROPOSAL_STATES,
    type ProposalStatement,
    type VoteStatement,
    VOTES_MAX,
} from '../domain/proposal.js';
import { canonicalJson } from './canonical.js';
import { rulesSchema } from './charter.js';
import { codec } from './codec.js';
import { hashField, mspIdField, reasonField, signatureField, slotField } from './fields.js';
import { sha256Hex } from './signature.js';

const statement = z.strictObject({
    rules: rulesSchema,
    fromSlot: slotField,
    voteUntilSlot: slotField,
    isEmergency: z.boolean(),
    reasonCode: reasonField,
});
const voteStatement = z.strictObject({ proposalId: hashField, choice: z.enum(CHOICES) });
const officer = { officerSubjectHash: hashField, keyId: hashField, signature: signatureField };

export const proposalStatementCodec = codec<ProposalStatement>(statement);
export const voteStatementCodec = codec<VoteStatement>(voteStatement);

const proposalSchema = z.strictObject({
    proposalId: hashField,
    mspId: mspIdField,
    state: z.enum(PROPOSAL_STATES),
    statement,
    ...officer,
});
const ballotSchema = z.strictObject({
    proposalId: hashField,
    mspId: mspIdField,
    votes: z.array(z.strictObject({ statement: voteStatement, ...officer })).max(VOTES_MAX),
});
export const proposalCodec = codec<Proposal>(proposalSchema);
export const ballotCodec = codec<Ballot>(ballotSchema);

/** A proposal with the votes of every organisation that has cast any. */
export type ProposalView = Readonly<{ proposal: Proposal; ballots: readonly Ballot[] }>;
export const proposalViewCodec = codec<ProposalView>(
    z.strictObject({ proposal: proposalSchema, ballots: z.array(ballotSchema) }),
);

/** Id of a proposal: hash of what it says. */
export const proposalIdOf = (proposed: ProposalStatement): string =>
    sha256Hex(
        canonicalJson({ domain: 'commonwatt/proposal-id/1', statement: proposalStatementCodec.toJson(proposed) }),
    );

export type MakeProposalCommand = Readonly<{ statement: ProposalStatement; signature: string }>;
export const makeProposalCodec = codec<MakeProposalCommand>(z.strictObject({ statement, signature: signatureField }));

export type VoteCommand = Readonly<{ statement: VoteStatement; signature: string }>;
export const voteCodec = codec<VoteCommand>(z.strictObject({ statement: voteStatement, signature: signatureField }));

export const proposalRefCodec = codec(z.strictObject({ proposalId: hashField }));
