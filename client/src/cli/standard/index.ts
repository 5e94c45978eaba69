import { nounOf } from '../noun.js';

export const standard = nounOf('standard', "the regulator's standards for devices", {
    publish: async () => (await import('./publish.js')).registerPublish,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
