/** The verb that a dishonest organisation adds to its chaincode: it writes any key. */
export const ROGUE_VERB = 'rogue:overwrite';
export type RogueCommand = Readonly<{ key: string; text: string }>;
