import { nounOf } from '../noun.js';

export const mandate = nounOf('mandate', 'what energy sellers may sign in the name of others', {
    grant: async () => (await import('./grant.js')).registerGrant,
    revoke: async () => (await import('./revoke.js')).registerRevoke,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
