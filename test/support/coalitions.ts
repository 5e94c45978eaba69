import { type OrgName, orgNames } from '@commonwatt/network';

/** Organisations that endorse together. */
export type Coalition = readonly OrgName[];

/** All fifteen, smaller ones first. */
export const COALITIONS: readonly Coalition[] = Array.from({ length: 2 ** orgNames.length - 1 }, (_, index) =>
    orgNames.filter((_org, place) => ((index + 1) & (1 << place)) !== 0),
).sort((left, right) => left.length - right.length);
