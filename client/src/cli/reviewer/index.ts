import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerRun } from './run.js';

export function registerReviewerCommands(program: Command): void {
    const noun = addNoun(program, 'reviewer', "the regulator's assistant, which decides the plain cases");
    registerRun(noun);
}
