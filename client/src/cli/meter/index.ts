import { nounOf } from '../noun.js';

export const meter = nounOf('meter', 'metering points and their meters', {
    register: async () => (await import('./register.js')).registerRegister,
    exchange: async () => (await import('./exchange.js')).registerExchange,
    list: async () => (await import('./list.js')).registerList,
});
