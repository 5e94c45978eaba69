import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerLift } from './lift.js';
import { registerSet } from './set.js';
import { registerShow } from './show.js';

export function registerHaltCommands(program: Command): void {
    const noun = addNoun(program, 'halt', 'suspensions of trade');
    registerSet(noun);
    registerLift(noun);
    registerShow(noun);
}
