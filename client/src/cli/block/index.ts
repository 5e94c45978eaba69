import { nounOf } from '../noun.js';

export const block = nounOf('block', 'blocks of the channel', {
    follow: async () => (await import('./follow.js')).registerFollow,
    save: async () => (await import('./save.js')).registerSave,
});
