import { nounOf } from '../noun.js';

export const participant = nounOf('participant', 'subjects of the market', {
    apply: async () => (await import('./apply.js')).registerApply,
    'rotate-key': async () => (await import('./rotate-key.js')).registerRotateKey,
    'permit-key': async () => (await import('./permit-key.js')).registerPermitKey,
    'refuse-key': async () => (await import('./refuse-key.js')).registerRefuseKey,
    leave: async () => (await import('./leave.js')).registerLeave,
    'wind-up': async () => (await import('./wind-up.js')).registerWindUp,
    list: async () => (await import('./list.js')).registerList,
    show: async () => (await import('./show.js')).registerShow,
});
