import type { Command } from 'commander';
import { addNoun } from '../verb.js';
import { registerDraft } from './draft.js';
import { registerEnact } from './enact.js';
import { registerPropose } from './propose.js';
import { registerShow } from './show.js';
import { registerSign } from './sign.js';

export function registerAmendmentCommands(program: Command): void {
    const noun = addNoun(program, 'amendment', 'changes of agreements by common consent');
    registerDraft(noun);
    registerSign(noun);
    registerPropose(noun);
    registerEnact(noun);
    registerShow(noun);
}
