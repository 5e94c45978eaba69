import { nounOf } from '../noun.js';

export const admission = nounOf('admission', 'what points carry, shared out to agreements', {
    run: async () => (await import('./run.js')).registerRun,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
