import type { Terms } from './agreement.js';
import { demand } from './errors.js';

/** Whoever measures what no meter of the market does: a weighbridge, an oracle. It owns a P-256 key. */
export type Source = Readonly<{ sourceId: string; publicKey: string }>;

/** Registering the same source again changes nothing. @throws SOURCE_CONFLICT {sourceId} */
export function registerSource(existing: Source | null, source: Source): Source {
    const same = existing === null || existing.publicKey === source.publicKey;
    demand(same, 'SOURCE_CONFLICT', { sourceId: source.sourceId });
    return source;
}

/** The source that an agreement is verified by; `null` where meters do. */
export const sourceOf = ({ verification }: Pick<Terms, 'verification'>): string | null =>
    verification === 'meters' ? null : verification.sourceId;
