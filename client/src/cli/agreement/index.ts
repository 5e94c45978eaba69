import { nounOf } from '../noun.js';

export const agreement = nounOf('agreement', 'agreements from draft to the end of delivery', {
    draft: async () => (await import('./draft.js')).registerDraft,
    'add-leg': async () => (await import('./add-leg.js')).registerAddLeg,
    sign: async () => (await import('./sign.js')).registerSign,
    conclude: async () => (await import('./conclude.js')).registerConclude,
    fund: async () => (await import('./fund.js')).registerFund,
    release: async () => (await import('./release.js')).registerRelease,
    'sign-cancellation': async () => (await import('./sign-cancellation.js')).registerSignCancellation,
    cancel: async () => (await import('./cancel.js')).registerCancel,
    lapse: async () => (await import('./lapse.js')).registerLapse,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
    history: async () => (await import('./history.js')).registerHistory,
});
