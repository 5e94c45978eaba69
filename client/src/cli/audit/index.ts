import { nounOf } from '../noun.js';

export const audit = nounOf('audit', 'what the blocks alone prove', {
    run: async () => (await import('./run.js')).registerRun,
});
