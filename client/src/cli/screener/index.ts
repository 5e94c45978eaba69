import { nounOf } from '../noun.js';

export const screener = nounOf('screener', "the network operator's assistant, which screens centrally", {
    run: async () => (await import('./run.js')).registerRun,
});
