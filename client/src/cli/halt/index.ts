import { nounOf } from '../noun.js';

export const halt = nounOf('halt', 'suspensions of trade', {
    set: async () => (await import('./set.js')).registerSet,
    lift: async () => (await import('./lift.js')).registerLift,
    show: async () => (await import('./show.js')).registerShow,
});
