import { nounOf } from '../noun.js';

export const settlement = nounOf('settlement', 'settlement of slots that are over', {
    reconcile: async () => (await import('./reconcile.js')).registerReconcile,
    run: async () => (await import('./run.js')).registerRun,
    show: async () => (await import('./show.js')).registerShow,
});
