import { nounOf } from '../noun.js';

export const account = nounOf('account', 'money of the participants', {
    deposit: async () => (await import('./deposit.js')).registerDeposit,
    cover: async () => (await import('./cover.js')).registerCover,
    'fill-lanes': async () => (await import('./fill-lanes.js')).registerFillLanes,
    'draw-cover': async () => (await import('./draw-cover.js')).registerDrawCover,
    'request-payout': async () => (await import('./request-payout.js')).registerRequestPayout,
    'confirm-payout': async () => (await import('./confirm-payout.js')).registerConfirmPayout,
    'return-payout': async () => (await import('./return-payout.js')).registerReturnPayout,
    'fund-subsidy': async () => (await import('./fund-subsidy.js')).registerFundSubsidy,
    list: async () => (await import('./list.js')).registerList,
    show: async () => (await import('./show.js')).registerShow,
    bill: async () => (await import('./bill.js')).registerBill,
});
