import { nounOf } from '../noun.js';

export const requirement = nounOf('requirement', 'what the operators of supply networks ask of trades', {
    publish: async () => (await import('./publish.js')).registerPublish,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
