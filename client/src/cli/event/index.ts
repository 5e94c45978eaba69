import { nounOf } from '../noun.js';

export const event = nounOf('event', 'events of the market', {
    follow: async () => (await import('./follow.js')).registerFollow,
});
