import { nounOf } from '../noun.js';

export const participant = nounOf('participant', 'subjects of the market', {
    apply: async () => (await import('./apply.js')).registerApply,
    'rotate-key': async () => (await import('./rotate-key.js')).registerRotateKey,
    'permit-key': async () => (await import('./permit-key.js')).registerPermitKey,
    list: async () => (await import('./list.js')).registerList,
    show: async () => (await import('./show.js')).registerShow,
});
