import { nounOf } from '../noun.js';

export const seat = nounOf('seat', 'officers of the organizations', {
    grant: async () => (await import('./grant.js')).registerGrant,
    revoke: async () => (await import('./revoke.js')).registerRevoke,
    list: async () => (await import('./list.js')).registerList,
});
