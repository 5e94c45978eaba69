/** What a coalition does to a key: `null` deletes it; a policy, hex, is set beside. */
export type Attack = Readonly<{ key: string; text: string | null; policy: string | null }>;
export const ATTACK_VERB = 'attack';
