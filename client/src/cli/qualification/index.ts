import { nounOf } from '../noun.js';

export const qualification = nounOf('qualification', "the regulator's qualification of participants", {
    grant: async () => (await import('./grant.js')).registerGrant,
    suspend: async () => (await import('./suspend.js')).registerSuspend,
    revoke: async () => (await import('./revoke.js')).registerRevoke,
    show: async () => (await import('./show.js')).registerShow,
});
