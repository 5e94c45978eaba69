import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerAdvance } from './advance.js';
import { registerShow } from './show.js';

export function registerClockCommands(program: Command): void {
    const noun = addNoun(program, 'clock', 'which slots have begun');
    registerAdvance(noun);
    registerShow(noun);
}
