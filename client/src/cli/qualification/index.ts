import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerGrant } from './grant.js';
import { registerRevoke } from './revoke.js';
import { registerShow } from './show.js';
import { registerSuspend } from './suspend.js';

export function registerQualificationCommands(program: Command): void {
    const noun = addNoun(program, 'qualification', "the regulator's qualification of participants");
    registerGrant(noun);
    registerSuspend(noun);
    registerRevoke(noun);
    registerShow(noun);
}
