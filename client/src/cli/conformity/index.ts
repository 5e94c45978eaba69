import { nounOf } from '../noun.js';

export const conformity = nounOf('conformity', 'certificates that devices conform to standards', {
    certify: async () => (await import('./certify.js')).registerCertify,
    withdraw: async () => (await import('./withdraw.js')).registerWithdraw,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
