import type { Json } from './canonical.js';

/**
 * What a participant does with its money, its share of a connection or its place in the market by itself: its signing key
 * signs it, so that whoever issues certificates cannot do it in its name.
 */
export type InstructionVerb =
    | 'account:cover'
    | 'account:fill-lanes'
    | 'account:draw-cover'
    | 'account:request-payout'
    | 'connection:transfer'
    | 'participant:leave'
    | 'participant:refuse-key';

/** What the key signs: the step, and all that it names but the credits it folds, which move nothing by themselves. */
export const instructionBody = (verb: InstructionVerb, instruction: Json): Json => ({ verb, instruction });
