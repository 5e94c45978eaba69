import { nounOf } from '../noun.js';

export const charter = nounOf('charter', 'the constitution of the market', {
    establish: async () => (await import('./establish.js')).registerEstablish,
    confirm: async () => (await import('./confirm.js')).registerConfirm,
    show: async () => (await import('./show.js')).registerShow,
});
