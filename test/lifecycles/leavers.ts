import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { DATED_RUNS } from '@commonwatt/chaincode/domain/reconciliation';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { departureCodec } from '@commonwatt/chaincode/wire/participant';
import { participantQueryCodec } from '@commonwatt/chaincode/wire/query';
import { leave as leaving, requestPayout } from '../support/instructions.js';
import { must } from './broken.js';
import { at } from './drafting.js';
import type { Move } from './plan.js';
import type { Player } from './player.js';
import { SUBJECTS } from './world.js';

/** Somebody leaves the market, and tries to take its money along. */
export async function leave(player: Player, move: Move): Promise<void> {
    const participantId = at(Object.keys(SUBJECTS), move.pick);
    await player.exchange(participantId, 'participant:leave', leaving(player.who(participantId), participantId));
    if (move.pick % 3 === 0) {
        await windUp(player, participantId);
    }
}

/** At the end everybody who left is wound up if all it agreed is final, and if not, it is told what is not. */
export async function windUpAll(player: Player): Promise<void> {
    const departures = player.ledger.range('exchange', 'departure/', 'departure0');
    for (const [, { value }] of departures) {
        await windUp(player, departureCodec.decode(value.toString('utf8')).participantId);
    }
}

async function windUp(player: Player, participantId: string): Promise<void> {
    const openIds = openOf(player, participantId);
    const command = participantQueryCodec.encode({ participantId });
    const { changed, code, operands } = await player.exchange('stranger', 'participant:wind-up', command);
    const isRefused = code === 'AGREEMENTS_OPEN';
    must(isRefused === openIds.length > 0, 'who leaves waits for what is open', { participantId, openIds, code });
    must(!isRefused || same(operands['agreementIds'], openIds), 'what is open is named', { operands, openIds });
    const own = new Set(agreementsOf(player, participantId).map(({ agreementId }) => agreementId));
    const hasTraded = player.watch.settlements.some(({ legs }) => legs.some((leg) => own.has(leg.agreementId)));
    player.tally.saw(`participants ${changed ? '' : 'not '}wound up${hasTraded ? ' after trading' : ''}`);
    const payout = { payoutId: `last-${participantId}`, participantId, lane: 0, amountNano: amountNano(1n) };
    const asked = requestPayout(player.who(participantId), payout);
    const paid = await player.exchange(participantId, 'account:request-payout', asked);
    const waits = paid.code === 'NOT_WOUND_UP';
    must(waits === isRefused, 'money waits until nothing is open', { participantId, code: paid.code });
}

/** Agreements of a participant that have not ended, or whose last slot has not had its final run. */
function openOf(player: Player, participantId: string): string[] {
    const { watch } = player;
    return agreementsOf(player, participantId)
        .filter(({ agreementId, terms }) => {
            const execution = watch.execution(agreementId);
            const hasEnded = ['completed', 'terminated', 'lapsed'].includes(execution?.state ?? '');
            const endSlot = Math.min(execution?.endSlot ?? 0, terms.firstSlot + terms.slotCount);
            const delivered = execution?.state !== 'lapsed' && endSlot > terms.firstSlot;
            const isFinal = [...new Set(terms.legs.map((leg) => leg.carrier))].every((carrier) =>
                watch.settlements.some(
                    (each) => each.carrier === carrier && each.slot === endSlot - 1 && each.run === DATED_RUNS,
                ),
            );
            return !hasEnded || (delivered && !isFinal);
        })
        .map(({ agreementId }) => agreementId)
        .sort();
}

const agreementsOf = ({ watch }: Player, participantId: string): Agreement[] =>
    watch.agreements.filter(({ terms }) => terms.parties.some((party) => party.participantId === participantId));

const same = (named: unknown, ids: readonly string[]): boolean =>
    Array.isArray(named) && named.length === ids.length && ids.every((id, index) => named[index] === id);
