import { nounOf } from '../noun.js';

export const forceMajeure = nounOf('force-majeure', 'what nobody could avert, and whom it exempts', {
    declare: async () => (await import('./declare.js')).registerDeclare,
    list: async () => (await import('./list.js')).registerList,
});
