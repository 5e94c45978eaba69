import { nounOf } from '../noun.js';

export const offer = nounOf('offer', 'negotiation: offers, counter-offers and acceptance', {
    make: async () => (await import('./make.js')).registerMake,
    counter: async () => (await import('./counter.js')).registerCounter,
    accept: async () => (await import('./accept.js')).registerAccept,
    withdraw: async () => (await import('./withdraw.js')).registerWithdraw,
    expire: async () => (await import('./expire.js')).registerExpire,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
