import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerAccept } from './accept.js';
import { registerCounter } from './counter.js';
import { registerExpire } from './expire.js';
import { registerList } from './list.js';
import { registerMake } from './make.js';
import { registerShow } from './show.js';
import { registerWithdraw } from './withdraw.js';

export function registerOfferCommands(program: Command): void {
    const noun = addNoun(program, 'offer', 'negotiation: offers, counter-offers and acceptance');
    registerMake(noun);
    registerCounter(noun);
    registerAccept(noun);
    registerWithdraw(noun);
    registerExpire(noun);
    registerShow(noun);
    registerList(noun);
}
