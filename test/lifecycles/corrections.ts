import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { DecisionStatement, Objection } from '@commonwatt/chaincode/domain/dispute';
import { DATED_RUNS } from '@commonwatt/chaincode/domain/reconciliation';
import { energyWh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { closeDispute, decideDispute, raiseDispute, reviewDispute } from '../support/dispute-commands.js';
import * as commands from '../support/market-commands.js';
import { must } from './broken.js';
import { at } from './drafting.js';
import type { WorldMeters } from './meters.js';
import type { Doubt, DrawnCorrections } from './plan.js';
import type { Player } from './player.js';
import { isRead } from './registers-read.js';
import { shuffled } from './shuffled.js';
import type { Trade } from './trade.js';
import { POINTS, slotAt, SLOTS, type WorldPoint } from './world.js';

type Life = Readonly<{ player: Player; trades: readonly Trade[]; meters: WorldMeters }>;

const METERED = POINTS.filter((point) => point.isMetered);

/** Corrects some slot once more than it was, if that is due and everything before it is done. */
export async function reconcile({ player }: Pick<Life, 'player'>, carrier: Carrier, index: number): Promise<boolean> {
    const slot = slotAt(index);
    const made = player.watch.settlements.filter((each) => each.carrier === carrier && each.slot === slot);
    const command = reconcileCodec.encode({ carrier, slot, run: Math.max(1, made.length) });
    return (await player.exchange('stranger', 'settlement:reconcile', command)).changed;
}

/** Somebody doubts a reading, and mostly gets it replaced: by registers, or by energy. */
export async function dispute(life: Life, doubt: Doubt): Promise<void> {
    const trade = at(life.trades, doubt.agreement);
    const { pointId, participantId, carrier } = at(doubtful(trade, doubt), doubt.pick);
    const last = Math.min(doubt.stage - 2, SLOTS - 1);
    if (last < 0) {
        return;
    }
    const index = last - (doubt.pick % (last + 1));
    const slot = slotAt(index);
    const isParty = doubt.pick % 3 === 0;
    const raisedBy = isParty ? (trade.terms.parties[0]?.participantId ?? participantId) : participantId;
    const agreementId = isParty ? trade.agreementId : null;
    const objection: Objection = { pointId, slot, raisedBy, agreementId, evidenceHash: 'ee'.repeat(32) };
    await life.player.exchange(raisedBy, 'dispute:raise', raiseDispute(life.player.who(raisedBy), objection));
    const decision = { ...replacementFor(life, doubt, objection), number: 1, checkMeter: null, reasonCode: 'reviewed' };
    await life.player.exchange('metering', 'dispute:decide', decideDispute(life.player.who('metering'), decision));
    const finding = doubt.pick % 11 === 0 ? 'rejected' : 'confirmed';
    const review = reviewDispute(life.player.who('reviewer'), decision, finding);
    await life.player.supervision('reviewer', `dispute:${finding === 'confirmed' ? 'confirm' : 'reject'}`, review);
    if ((await life.player.exchange('stranger', 'dispute:close', closeDispute(objection))).changed) {
        await reconcile(life, carrier, index);
    }
}

/** Any metered point, or mostly one at which the agreement delivers. */
function doubtful({ terms }: Trade, { pick }: Doubt): readonly WorldPoint[] {
    const ends = terms.legs.flatMap((leg) => [leg.sellerPoint, leg.buyerPoint]);
    const own = METERED.filter(({ pointId }) => ends.includes(pointId));
    return own.length === 0 || pick % 5 === 0 ? METERED : own;
}

function replacementFor(
    { meters }: Life,
    { pick, energyWh: drawnWh }: Doubt,
    { pointId, slot, raisedBy }: Objection,
): Pick<DecisionStatement, 'pointId' | 'slot' | 'raisedBy' | 'replacement'> {
    const ref = { pointId, slot, raisedBy };
    const drawn = energyWh(drawnWh);
    if (pick % 7 === 0) {
        return { ...ref, replacement: null };
    }
    if (pick % 2 === 0) {
        const [importWh, exportWh] = pick % 4 === 0 ? [drawn, energyWh(0n)] : [energyWh(0n), drawn];
        return { ...ref, replacement: { kind: 'energy', importWh, exportWh } };
    }
    const state = meters.state(pointId, slot - slotAt(0));
    const importWh = energyWh(state.importWh + drawnWh);
    return { ...ref, replacement: { kind: 'registers', importWh, exportWh: energyWh(state.exportWh) } };
}

/** After all is settled: readings that nobody had sent arrive, and everything is corrected as often as drawn. */
export async function correctAll(
    life: Life,
    carriers: ReadonlySet<Carrier>,
    drawn: DrawnCorrections,
    nextSlot: SlotIndex,
): Promise<void> {
    const { player } = life;
    const after = player.world.rules.reconciliationAfterSlots[drawn.runs - 1];
    if (after === undefined) {
        return;
    }
    if (drawn.isHeard) {
        await hearAll(life, carriers);
    }
    const toSlot = slotAt(SLOTS + after);
    await player.exchange('platform', 'clock:advance', advanceCodec.encode({ fromSlot: nextSlot, toSlot }));
    const slots = [...carriers].flatMap((carrier) => Array.from({ length: SLOTS }, (_, index) => ({ carrier, index })));
    for (let run = 1; run <= drawn.runs; run += 1) {
        await runEverywhere(life, shuffled(slots, drawn.order + run), run);
        const waiting = slots.filter((each) => runsOf(player, each) < run);
        must(waiting.length === 0, 'every slot can be corrected when it is due', { run, waiting });
    }
    if (drawn.runs === DATED_RUNS) {
        await dispute(life, drawn.last);
        await runEverywhere(life, slots, DATED_RUNS + 1);
    }
}

type Place = Readonly<{ carrier: Carrier; index: number }>;

/** Reconciliation runs that a slot has had. */
const runsOf = ({ watch }: Player, { carrier, index }: Place): number =>
    watch.settlements.filter((each) => each.carrier === carrier && each.slot === slotAt(index)).length - 1;

/** In whatever order: what has to wait for another slot or carrier is tried again. Disputes open slots that were final. */
async function runEverywhere({ player }: Life, slots: readonly Place[], run: number): Promise<void> {
    for (let moved = true; moved;) {
        moved = false;
        for (const place of slots) {
            const made = runsOf(player, place);
            const isOpen = made < run || made >= DATED_RUNS;
            moved = (isOpen && (await reconcile({ player }, place.carrier, place.index))) || moved;
        }
    }
}

/** Whatever a meter has counted and nobody has told arrives. */
async function hearAll({ player, meters }: Life, carriers: ReadonlySet<Carrier>): Promise<void> {
    const silent = METERED.filter(({ carrier }) => carriers.has(carrier)).flatMap(({ pointId }) =>
        Array.from({ length: SLOTS }, (_, index) => ({ pointId, index })).filter(
            ({ index }) => !isRead(player.ledger, pointId, slotAt(index)) && meters.tellsOf(pointId, index),
        ),
    );
    if (silent.length > 0) {
        const readings = silent.map(({ pointId, index }) => meters.reading(pointId, index));
        await player.exchange('stranger', 'reading:submit', commands.submitReadings(...readings));
    }
}
