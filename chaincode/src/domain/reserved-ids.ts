import { demand } from './errors.js';

/**
 * Words that mean something else wherever an id stands: places of money, ends of records' keys, sources of credits, sides and seats
 * of the market, what command lines take for everybody or nobody. An id that is one of them, or begins with one and a dot, would
 * be read as it: by people in bills and reports, and by whatever is built on them.
 */
export const RESERVED_WORDS = [
    // places of money (`domain/posting.ts`)
    'free',
    'escrow',
    'cover',
    'payout',
    'subsidy',
    'system',
    'external',
    'imbalance',
    'fees',
    // what credits derive from (`sourceId`)
    'deposit',
    'draw',
    'return',
    'release',
    'lapse',
    'amend',
    'settlement',
    // sides of the market and the charter's chaincodes
    'operator',
    'community',
    'supplier',
    'regulator',
    'supervision',
    'exchange',
    // seats, and who else takes steps (`domain/lifecycle.ts`)
    'admin',
    'reviewer',
    'dispatcher',
    'metering',
    'platform',
    'voter',
    'keeper',
    // how delivery is verified without a source
    'meters',
    // everybody and nobody
    'all',
    'none',
    'null',
    'undefined',
] as const;

/** Dots and hyphens part an id's words; two in a row look like one. @throws ID_RESERVED {id} */
export function demandUnreserved(id: string): void {
    const [first = ''] = id.split('.');
    const isReserved = RESERVED_WORDS.some((word) => word === first) || /[.-]{2}/.test(id);
    demand(!isReserved, 'ID_RESERVED', { id });
}
