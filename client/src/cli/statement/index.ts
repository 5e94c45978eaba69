import { nounOf } from '../noun.js';

export const statement = nounOf('statement', 'what external sources state was delivered', {
    sign: async () => (await import('./sign.js')).registerSign,
    submit: async () => (await import('./submit.js')).registerSubmit,
    list: async () => (await import('./list.js')).registerList,
});
