import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { addRef, type RefOptions } from './ref.js';

export function registerClose(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'close',
        summary: 'put a confirmed decision into force; anyone may',
        example: 'commonwatt dispute close bld-05 --slot 2016-07-20T11:00Z --by bld-04 --org community --as bld-04',
        mode: 'submit',
    });
    addRef(verb);
    onRun<RefOptions>(verb, async (session, { slot, by }, [pointId = '']) => {
        const ref = { pointId, slot: await session.slot(slot), raisedBy: by };
        const done = await (await session.market()).disputes.close(ref);
        session.printCommitted(done, `The dispute about ${pointId} is over: ${done.value.state}`);
    });
}
