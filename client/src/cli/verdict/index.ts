import { nounOf } from '../noun.js';

export const verdict = nounOf('verdict', "the regulator's review of agreements", {
    approve: async () => (await import('./approve.js')).registerApprove,
    reject: async () => (await import('./reject.js')).registerReject,
    terminate: async () => (await import('./terminate.js')).registerTerminate,
    standing: async () => (await import('./standing.js')).registerStanding,
    show: async () => (await import('./show.js')).registerShow,
});
