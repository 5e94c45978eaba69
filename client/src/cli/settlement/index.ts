import { nounOf } from '../noun.js';

export const settlement = nounOf('settlement', 'settlement of slots that are over', {
    run: async () => (await import('./run.js')).registerRun,
    show: async () => (await import('./show.js')).registerShow,
});
