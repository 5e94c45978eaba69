import { nounOf } from '../noun.js';

export const account = nounOf('account', 'money of the participants', {
    deposit: async () => (await import('./deposit.js')).registerDeposit,
    cover: async () => (await import('./cover.js')).registerCover,
    list: async () => (await import('./list.js')).registerList,
    show: async () => (await import('./show.js')).registerShow,
    bill: async () => (await import('./bill.js')).registerBill,
});
