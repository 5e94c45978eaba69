import { nounOf } from '../noun.js';

export const reviewer = nounOf('reviewer', "the regulator's assistant, which decides the plain cases", {
    run: async () => (await import('./run.js')).registerRun,
    queue: async () => (await import('./queue.js')).registerQueue,
});
