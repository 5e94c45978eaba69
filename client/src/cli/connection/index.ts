import { nounOf } from '../noun.js';

export const connection = nounOf('connection', 'capacity of the connections to the networks', {
    set: async () => (await import('./set.js')).registerSet,
    transfer: async () => (await import('./transfer.js')).registerTransfer,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
