import { nounOf } from '../noun.js';

export const keeper = nounOf('keeper', 'steps that anyone may push', {
    run: async () => (await import('./run.js')).registerRun,
});
