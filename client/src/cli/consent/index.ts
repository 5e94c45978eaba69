import { nounOf } from '../noun.js';

export const consent = nounOf('consent', 'signatures on documents that wait for others', {
    withdraw: async () => (await import('./withdraw.js')).registerWithdraw,
});
