import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerFollow } from './follow.js';

export function registerBlockCommands(program: Command): void {
    const noun = addNoun(program, 'block', 'blocks of the channel');
    registerFollow(noun);
}
