import { nounOf } from '../noun.js';

export const screening = nounOf('screening', "the network operator's security check of agreements", {
    admit: async () => (await import('./admit.js')).registerAdmit,
    refuse: async () => (await import('./refuse.js')).registerRefuse,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
