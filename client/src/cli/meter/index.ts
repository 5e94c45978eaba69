import { nounOf } from '../noun.js';

export const meter = nounOf('meter', 'metering points and their meters', {
    draft: async () => (await import('./draft.js')).registerDraft,
    sign: async () => (await import('./sign.js')).registerSign,
    register: async () => (await import('./register.js')).registerRegister,
    'sign-exchange': async () => (await import('./sign-exchange.js')).registerSignExchange,
    exchange: async () => (await import('./exchange.js')).registerExchange,
    list: async () => (await import('./list.js')).registerList,
});
