import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerList } from './list.js';
import { registerSign } from './sign.js';
import { registerSubmit } from './submit.js';

export function registerReadingCommands(program: Command): void {
    const noun = addNoun(program, 'reading', 'signed readings of the meters');
    registerSign(noun);
    registerSubmit(noun);
    registerList(noun);
}
