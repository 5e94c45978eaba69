export const PARTICIPANT_KINDS = [
    'consumer',
    'prosumer',
    'prosumerWithStorage',
    'storageProvider',
    'energySeller',
    'plant',
    'chargingOperator',
    'evFleet',
    'networkOperator',
] as const;
/** The market's subjects (paper §2.2). */
export type ParticipantKind = (typeof PARTICIPANT_KINDS)[number];

export const SECTORS = ['residential', 'commercial', 'industrial'] as const;
/** Class of an end user (paper §2.2). */
export type Sector = (typeof SECTORS)[number];
