import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerApply } from './apply.js';
import { registerList } from './list.js';
import { registerShow } from './show.js';

export function registerParticipantCommands(program: Command): void {
    const noun = addNoun(program, 'participant', 'subjects of the market');
    registerApply(noun);
    registerList(noun);
    registerShow(noun);
}
