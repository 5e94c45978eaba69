import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerCover } from './cover.js';
import { registerDeposit } from './deposit.js';
import { registerList } from './list.js';
import { registerShow } from './show.js';

export function registerAccountCommands(program: Command): void {
    const noun = addNoun(program, 'account', 'money of the participants');
    registerDeposit(noun);
    registerCover(noun);
    registerList(noun);
    registerShow(noun);
}
