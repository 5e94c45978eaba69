import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerGrant } from './grant.js';
import { registerList } from './list.js';

export function registerSeatCommands(program: Command): void {
    const noun = addNoun(program, 'seat', 'officers of the organizations');
    registerGrant(noun);
    registerList(noun);
}
