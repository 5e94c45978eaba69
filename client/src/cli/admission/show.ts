import { SIDES } from '@commonwatt/chaincode/domain/loading';
import type { Command } from 'commander';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';
import { reviewedOf } from '../verdict/reviewed.js';

export function registerShow(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'show',
        summary: 'show what is set aside for an agreement',
        example: 'commonwatt admission show 3f0c…e1 --org community',
        mode: 'read',
    }).argument('<agreement>', 'id of the agreement, or its first eight digits or more');
    onRun(verb, async (session, _options, [agreementId = '']) => {
        const market = await session.market();
        const { agreementId: id } = await reviewedOf(market, agreementId, undefined);
        const admission = await market.admissions.show(id);
        const sum = (energies: readonly bigint[]): string => String(energies.reduce((total, each) => total + each, 0n));
        session.print(
            admission,
            table([
                ['CARRIER', 'POINT', 'FIRST SLOT', 'IMPORT WH', 'EXPORT WH', 'SALE WH'],
                ...admission.loads.map((load) => [
                    load.carrier,
                    load.pointId,
                    String(load.firstSlot),
                    ...SIDES.map((side) => sum(load[side])),
                ]),
            ]),
        );
    });
}
