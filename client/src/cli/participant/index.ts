import { nounOf } from '../noun.js';

export const participant = nounOf('participant', 'subjects of the market', {
    apply: async () => (await import('./apply.js')).registerApply,
    list: async () => (await import('./list.js')).registerList,
    show: async () => (await import('./show.js')).registerShow,
});
