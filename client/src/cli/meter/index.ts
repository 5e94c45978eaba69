import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerList } from './list.js';
import { registerRegister } from './register.js';

export function registerMeterCommands(program: Command): void {
    const noun = addNoun(program, 'meter', 'metering points and their meters');
    registerRegister(noun);
    registerList(noun);
}
