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
