import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerApprove } from './approve.js';
import { registerReject } from './reject.js';
import { registerShow } from './show.js';
import { registerStanding } from './standing.js';
import { registerTerminate } from './terminate.js';

export function registerVerdictCommands(program: Command): void {
    const noun = addNoun(program, 'verdict', "the regulator's review of agreements");
    registerApprove(noun);
    registerReject(noun);
    registerTerminate(noun);
    registerStanding(noun);
    registerShow(noun);
}
