import { nounOf } from '../noun.js';

export const reading = nounOf('reading', 'signed readings of the meters', {
    sign: async () => (await import('./sign.js')).registerSign,
    submit: async () => (await import('./submit.js')).registerSubmit,
    list: async () => (await import('./list.js')).registerList,
});
