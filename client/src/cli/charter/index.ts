import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerEstablish } from './establish.js';
import { registerShow } from './show.js';

export function registerCharterCommands(program: Command): void {
    const noun = addNoun(program, 'charter', 'the constitution of the market');
    registerEstablish(noun);
    registerShow(noun);
}
