import { nounOf } from '../noun.js';

export const identity = nounOf('identity', 'certificates and signing keys in the wallet', {
    create: async () => (await import('./create.js')).registerCreate,
    list: async () => (await import('./list.js')).registerList,
});
