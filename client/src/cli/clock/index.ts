import { nounOf } from '../noun.js';

export const clock = nounOf('clock', 'which slots have begun', {
    advance: async () => (await import('./advance.js')).registerAdvance,
    show: async () => (await import('./show.js')).registerShow,
});
