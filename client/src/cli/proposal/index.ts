import { nounOf } from '../noun.js';

export const proposal = nounOf('proposal', 'changes of the rules by the vote of the organizations', {
    make: async () => (await import('./make.js')).registerMake,
    vote: async () => (await import('./vote.js')).registerVote,
    enact: async () => (await import('./enact.js')).registerEnact,
    show: async () => (await import('./show.js')).registerShow,
    list: async () => (await import('./list.js')).registerList,
});
