import { sourceOf } from '@commonwatt/chaincode/domain/source';
import type { SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { energyWh } from '@commonwatt/chaincode/domain/units';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { signedDeliveryCodec } from '@commonwatt/chaincode/wire/statement';
import { stateDelivery, submitStatements } from '../support/metering-commands.js';
import { at } from './drafting.js';
import type { DrawnSlot, Move } from './plan.js';
import type { Player } from './player.js';
import { slotAt, SOURCE_ID } from './world.js';

/** What the source says at a stage of every leg that it verifies: of slots that are over, after their lag; of some it errs. */
export function statementsDueAt(stage: number, slots: readonly DrawnSlot[], player: Player): SignedDelivery[] {
    return slots.flatMap(({ stated }, index) =>
        sourcedLegs(player, slotAt(index)).flatMap(({ agreementId, leg, agreedWh }, position) => {
            const { percent, lag } = at(stated, position);
            const deliveredWh = energyWh((agreedWh * percent) / 100n);
            const statement = { sourceId: SOURCE_ID, agreementId, leg, slot: slotAt(index), deliveredWh };
            const isDue = lag !== null && index + 2 + lag === stage;
            const isCorrected = lag !== null && index + 4 + lag === stage && percent % 3n === 0n;
            if (isCorrected && isStated(player, statement)) {
                const corrected = { ...statement, deliveredWh: energyWh(deliveredWh / 2n), version: 2 };
                return [stateDelivery(player.world.source, corrected)];
            }
            return isDue ? [stateDelivery(player.world.source, statement)] : [];
        }),
    );
}

const isStated = (
    { ledger }: Player,
    { agreementId, leg, slot }: Readonly<{ agreementId: string; leg: number; slot: number }>,
): boolean => ledger.read('exchange', ledgerKey('statement', [agreementId, leg, slot])) !== undefined;

function sourcedLegs(player: Player, slot: number): { agreementId: string; leg: number; agreedWh: bigint }[] {
    return player.watch.agreements
        .filter(({ terms }) => sourceOf(terms) !== null)
        .flatMap(({ agreementId, terms }) =>
            terms.legs.flatMap(({ energyWh: agreed }, leg) => {
                const agreedWh = agreed[slot - terms.firstSlot];
                return agreedWh === undefined ? [] : [{ agreementId, leg, agreedWh }];
            }),
        );
}

/** A statement that the source never signed, or that says otherwise than the one before. */
export async function forgeStatement(player: Player, { pick }: Move): Promise<unknown> {
    const known = player.ledger.range('exchange', 'statement/', 'statement0');
    if (known.length === 0) {
        return;
    }
    const [, { value }] = at(known, pick);
    const { statement, signature } = signedDeliveryCodec.decode(value.toString('utf8'));
    const other = { ...statement, deliveredWh: energyWh(statement.deliveredWh + 1n) };
    const signed = pick % 2 === 0 ? stateDelivery(player.world.source, other) : { statement: other, signature };
    const command = submitStatements(signed);
    return player.attempt('a forged statement', {
        name: 'stranger',
        chaincode: 'exchange',
        verb: 'statement:submit',
        command,
    });
}
