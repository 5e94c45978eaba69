/**
 * Every verb of both chaincodes. `submit` changes the ledger, `evaluate` only reads it. A verb that `crosses` reads the
 * other chaincode: the gateway would then ask for that one's endorsement policy too, although validation does not, so
 * the client names the endorsing organisations itself.
 */
export type Verb = Readonly<{ mode: 'submit' | 'evaluate'; crosses: boolean }>;

const SUBMIT: Verb = { mode: 'submit', crosses: false };
const SUBMIT_CROSSING: Verb = { mode: 'submit', crosses: true };
const EVALUATE: Verb = { mode: 'evaluate', crosses: false };

export const SUPERVISION_VERBS = {
    'charter:establish': SUBMIT,
    'charter:show': EVALUATE,
    'seat:grant': SUBMIT,
    'seat:list': EVALUATE,
    'qualification:grant': SUBMIT,
    'qualification:suspend': SUBMIT,
    'qualification:revoke': SUBMIT,
    'qualification:show': EVALUATE,
    'verdict:standing': SUBMIT,
    'verdict:approve': SUBMIT,
    'verdict:reject': SUBMIT,
    'verdict:terminate': SUBMIT,
    'verdict:show': EVALUATE,
    'verdict:list-standing': EVALUATE,
    'dispute:confirm': SUBMIT,
    'dispute:reject': SUBMIT,
    'dispute:show': EVALUATE,
    'halt:set': SUBMIT_CROSSING,
    'halt:lift': SUBMIT_CROSSING,
    'halt:covering': EVALUATE,
    'halt:show': EVALUATE,
    'registry:look-up': EVALUATE,
} as const satisfies Record<string, Verb>;

export const EXCHANGE_VERBS = {
    'charter:establish': SUBMIT,
    'charter:show': EVALUATE,
    'rules:show': EVALUATE,
    'clock:advance': SUBMIT_CROSSING,
    'clock:show': EVALUATE,
    'participant:apply': SUBMIT,
    'participant:show': EVALUATE,
    'participant:list': EVALUATE,
    'meter:register': SUBMIT_CROSSING,
    'meter:show': EVALUATE,
    'meter:list': EVALUATE,
    'account:deposit': SUBMIT_CROSSING,
    'account:cover': SUBMIT,
    'account:draw-cover': SUBMIT,
    'account:request-payout': SUBMIT,
    'account:confirm-payout': SUBMIT_CROSSING,
    'account:fund-subsidy': SUBMIT_CROSSING,
    'account:deposits': EVALUATE,
    'account:lanes': EVALUATE,
    'account:credits': EVALUATE,
    'account:covers': EVALUATE,
    'account:payouts': EVALUATE,
    'account:subsidies': EVALUATE,
    'account:subsidy-payments': EVALUATE,
    'offer:make': SUBMIT_CROSSING,
    'offer:counter': SUBMIT_CROSSING,
    'offer:accept': SUBMIT_CROSSING,
    'offer:withdraw': SUBMIT,
    'offer:expire': SUBMIT,
    'offer:show': EVALUATE,
    'offer:list': EVALUATE,
    'agreement:withdraw': SUBMIT,
    'agreement:conclude': SUBMIT_CROSSING,
    'agreement:fund': SUBMIT_CROSSING,
    'agreement:release': SUBMIT_CROSSING,
    'agreement:cancel': SUBMIT,
    'agreement:lapse': SUBMIT_CROSSING,
    'amendment:propose': SUBMIT,
    'amendment:enact': SUBMIT_CROSSING,
    'amendment:show': EVALUATE,
    'agreement:show': EVALUATE,
    'agreement:list': EVALUATE,
    'agreement:history': EVALUATE,
    'halt:set': SUBMIT_CROSSING,
    'halt:lift': SUBMIT_CROSSING,
    'halt:show': EVALUATE,
    'reading:submit': SUBMIT,
    'reading:list': EVALUATE,
    'dispute:raise': SUBMIT,
    'dispute:decide': SUBMIT_CROSSING,
    'dispute:close': SUBMIT_CROSSING,
    'dispute:show': EVALUATE,
    'dispute:list': EVALUATE,
    'settlement:run': SUBMIT_CROSSING,
    'settlement:show': EVALUATE,
} as const satisfies Record<string, Verb>;

export type SupervisionVerb = keyof typeof SUPERVISION_VERBS;
export type ExchangeVerb = keyof typeof EXCHANGE_VERBS;
