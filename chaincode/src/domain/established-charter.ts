import { type Charter, organisationsOf } from './charter.js';
import { demand } from './errors.js';

/**
 * A charter as a chaincode holds it. It is in force, and fixed, once every organisation's administrator has confirmed it;
 * before, another one takes its place, since one that nobody confirms must not block the channel for ever.
 */
export type EstablishedCharter = Readonly<{
    charter: Charter;
    /** SHA-256 over the charter and the first rules: what an administrator confirms. */
    charterHash: string;
    /** MSPs of the organisations that have confirmed it, in the order in which they did. */
    confirmedBy: readonly string[];
}>;

/** Organisations whose administrators have not confirmed the charter yet. */
export const missingConfirmations = ({ charter, confirmedBy }: EstablishedCharter): string[] =>
    organisationsOf(charter).filter((mspId) => !confirmedBy.includes(mspId));

export const isInForce = (established: EstablishedCharter): boolean => missingConfirmations(established).length === 0;

/** @throws CHARTER_UNCONFIRMED {charterHash, missing} */
export function demandInForce(established: EstablishedCharter): void {
    const missing = missingConfirmations(established);
    demand(missing.length === 0, 'CHARTER_UNCONFIRMED', { charterHash: established.charterHash, missing });
}

/**
 * What stands when a charter is established: the one that is there if it is the same, with its confirmations, else the new
 * one, without any.
 * @throws CHARTER_ESTABLISHED {charterHash} when another one is in force
 */
export function establishCharter(
    existing: EstablishedCharter | null,
    { charter, charterHash }: Pick<EstablishedCharter, 'charter' | 'charterHash'>,
): EstablishedCharter {
    if (existing?.charterHash === charterHash) {
        return existing;
    }
    const isReplaceable = existing === null || !isInForce(existing);
    demand(isReplaceable, 'CHARTER_ESTABLISHED', { charterHash: existing?.charterHash ?? '' });
    return { charter, charterHash, confirmedBy: [] };
}

/**
 * What stands when an organisation confirms a charter by its hash: one that is held back confirms no other than its
 * administrator saw.
 * @throws CHARTER_DIFFERS {charterHash, establishedHash}
 */
export function confirmCharter(
    established: EstablishedCharter,
    charterHash: string,
    mspId: string,
): EstablishedCharter {
    demandSame(charterHash, established);
    const { confirmedBy } = established;
    return confirmedBy.includes(mspId) ? established : { ...established, confirmedBy: [...confirmedBy, mspId] };
}

/**
 * Whether what the exchange holds stands on what the weak centre holds: the same charter, confirmed there by whoever has
 * confirmed it here. So the exchange is never in force before the weak centre is.
 * @throws CHARTER_DIFFERS {charterHash, establishedHash} · CHARTER_UNCONFIRMED {charterHash, missing}
 */
export function demandFounded(exchange: EstablishedCharter, supervision: EstablishedCharter): void {
    demandSame(exchange.charterHash, supervision);
    const missing = exchange.confirmedBy.filter((mspId) => !supervision.confirmedBy.includes(mspId));
    demand(missing.length === 0, 'CHARTER_UNCONFIRMED', { charterHash: exchange.charterHash, missing });
}

function demandSame(charterHash: string, established: EstablishedCharter): void {
    const { charterHash: establishedHash } = established;
    demand(charterHash === establishedHash, 'CHARTER_DIFFERS', { charterHash, establishedHash });
}
