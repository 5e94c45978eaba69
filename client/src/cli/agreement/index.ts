import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerCancel } from './cancel.js';
import { registerConclude } from './conclude.js';
import { registerDraft } from './draft.js';
import { registerFund } from './fund.js';
import { registerHistory } from './history.js';
import { registerLapse } from './lapse.js';
import { registerList } from './list.js';
import { registerRelease } from './release.js';
import { registerShow } from './show.js';
import { registerSign } from './sign.js';
import { registerSignCancellation } from './sign-cancellation.js';
import { registerWithdraw } from './withdraw.js';

export function registerAgreementCommands(program: Command): void {
    const noun = addNoun(program, 'agreement', 'agreements from draft to the end of delivery');
    registerDraft(noun);
    registerSign(noun);
    registerConclude(noun);
    registerFund(noun);
    registerRelease(noun);
    registerSignCancellation(noun);
    registerCancel(noun);
    registerLapse(noun);
    registerWithdraw(noun);
    registerShow(noun);
    registerList(noun);
    registerHistory(noun);
}
