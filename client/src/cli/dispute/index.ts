import { nounOf } from '../noun.js';

export const dispute = nounOf('dispute', 'doubts about readings, and what replaces them', {
    raise: async () => (await import('./raise.js')).registerRaise,
    decide: async () => (await import('./decide.js')).registerDecide,
    confirm: async () => (await import('./confirm.js')).registerConfirm,
    reject: async () => (await import('./reject.js')).registerReject,
    close: async () => (await import('./close.js')).registerClose,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
