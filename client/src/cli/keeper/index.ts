import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerRun } from './run.js';

export function registerKeeperCommands(program: Command): void {
    const noun = addNoun(program, 'keeper', 'steps that anyone may push');
    registerRun(noun);
}
