import type { Terms } from './agreement.js';
import { demand } from './errors.js';
import type { FactKind } from './fact.js';

/** Most participants that a source names as those it serves. */
export const CLIENTS_MAX = 64;

/**
 * What a source says of itself: whoever measures what no meter of the market does, a weighbridge, an oracle, a laboratory. It
 * owns a P-256 key and signs each version of this.
 */
export type SourceStatement = Readonly<{
    sourceId: string;
    version: number;
    /** `null`: the source is revoked, nothing that it signs counts. */
    publicKey: string | null;
    /** Whose trades may name it. */
    clients: 'anyone' | readonly string[];
}>;

/** A source with the signatures of the key before and of its own. Where one is missing the regulator has confirmed it. */
export type Source = Readonly<{
    statement: SourceStatement;
    oldSignature: string | null;
    newSignature: string | null;
}>;

/** Of a registration only the source's own key signs. @throws SOURCE_INVALID {sourceId, reason} */
export function checkFirst({ statement, oldSignature }: Source): void {
    const { sourceId, version, publicKey } = statement;
    const isFirst = version === 1 && publicKey !== null && oldSignature === null;
    demand(isFirst, 'SOURCE_INVALID', { sourceId, reason: 'a registration is version 1 with a key' });
}

/**
 * A version follows the one before; who is revoked has no key to sign with.
 * @throws SOURCE_CONFLICT {sourceId, version}: the version in force · SOURCE_REVOKED {sourceId}
 */
export function followsSource(existing: SourceStatement, { statement, oldSignature }: Source): void {
    const { sourceId, version } = existing;
    demand(statement.version === version + 1, 'SOURCE_CONFLICT', { sourceId, version });
    demand(existing.publicKey !== null || oldSignature === null, 'SOURCE_REVOKED', { sourceId });
}

/** What the regulator confirms where the key in force does not sign: a key in its place, or that it counts no more. */
export const kindOfSuccession = ({ publicKey }: SourceStatement): FactKind =>
    publicKey === null ? 'sourceRevocation' : 'sourceKey';

/** The key by which a source is heard. @throws SOURCE_REVOKED {sourceId} */
export function keyOfSource({ statement }: Source): string {
    const { sourceId, publicKey } = statement;
    demand(publicKey !== null, 'SOURCE_REVOKED', { sourceId });
    return publicKey;
}

/**
 * A source is named in trades between those whom it serves, and only as long as it has a key.
 * @throws SOURCE_REVOKED {sourceId} · SOURCE_OF_OTHERS {sourceId, participantId}
 */
export function demandServes(source: Source, parties: Terms['parties']): void {
    keyOfSource(source);
    const { sourceId, clients } = source.statement;
    const stranger = parties.find(({ participantId }) => clients !== 'anyone' && !clients.includes(participantId));
    demand(stranger === undefined, 'SOURCE_OF_OTHERS', { sourceId, participantId: stranger?.participantId ?? null });
}

/** The source that an agreement is verified by; `null` where meters do. */
export const sourceOf = ({ verification }: Pick<Terms, 'verification'>): string | null =>
    verification === 'meters' ? null : verification.sourceId;
