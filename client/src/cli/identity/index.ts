import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerCreate } from './create.js';
import { registerList } from './list.js';

export function registerIdentityCommands(program: Command): void {
    const noun = addNoun(program, 'identity', 'certificates and signing keys in the wallet');
    registerCreate(noun);
    registerList(noun);
}
