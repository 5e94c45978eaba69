import { peer } from '@hyperledger/fabric-protos';

const NAMES = new Map<number, string>(Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]));

/** Fabric's name of a validation code: 0 is VALID, 11 MVCC_READ_CONFLICT. */
export const validationCodeName = (code: number): string => NAMES.get(code) ?? `CODE_${String(code)}`;
