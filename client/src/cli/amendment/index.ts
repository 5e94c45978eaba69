import { nounOf } from '../noun.js';

export const amendment = nounOf('amendment', 'changes of agreements by common consent', {
    draft: async () => (await import('./draft.js')).registerDraft,
    sign: async () => (await import('./sign.js')).registerSign,
    propose: async () => (await import('./propose.js')).registerPropose,
    enact: async () => (await import('./enact.js')).registerEnact,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
