import type { SourceStatement } from '@commonwatt/chaincode/domain/source';

/** Whose trades may name a source: ids separated by commas, or `anyone`. */
export const clientsOf = (text: string): SourceStatement['clients'] => (text === 'anyone' ? text : text.split(','));
