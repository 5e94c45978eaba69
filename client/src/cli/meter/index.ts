import { nounOf } from '../noun.js';

export const meter = nounOf('meter', 'metering points and their meters', {
    register: async () => (await import('./register.js')).registerRegister,
    list: async () => (await import('./list.js')).registerList,
});
