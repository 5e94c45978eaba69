import { nounOf } from '../noun.js';

export const fact = nounOf('fact', 'what officers of the market state, and the regulator confirms', {
    confirm: async () => (await import('./confirm.js')).registerConfirm,
    reject: async () => (await import('./reject.js')).registerReject,
    list: async () => (await import('./list.js')).registerList,
});
