import { nounOf } from '../noun.js';

export const calorific = nounOf('calorific', 'calorific values by which gas is counted', {
    attest: async () => (await import('./attest.js')).registerAttest,
    publish: async () => (await import('./publish.js')).registerPublish,
    show: async () => (await import('./show.js')).registerShow,
});
