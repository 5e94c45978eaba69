import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerRun } from './run.js';
import { registerShow } from './show.js';

export function registerSettlementCommands(program: Command): void {
    const noun = addNoun(program, 'settlement', 'settlement of slots that are over');
    registerRun(noun);
    registerShow(noun);
}
