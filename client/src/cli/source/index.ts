import { nounOf } from '../noun.js';

export const source = nounOf('source', 'external sources that state what no meter measures', {
    register: async () => (await import('./register.js')).registerRegister,
    renew: async () => (await import('./renew.js')).registerRenew,
    list: async () => (await import('./list.js')).registerList,
});
