import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerFollow } from './follow.js';

export function registerEventCommands(program: Command): void {
    const noun = addNoun(program, 'event', 'events of the market');
    registerFollow(noun);
}
