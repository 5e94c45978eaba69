import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { METERED_CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
import { KEY_NOTICE_DAYS } from '@commonwatt/chaincode/domain/participant';
import { energyWh, powerW } from '@commonwatt/chaincode/domain/units';
import { conformityCodec } from '@commonwatt/chaincode/wire/conformity';
import { permitKeyCodec } from '@commonwatt/chaincode/wire/participant';
import { requirementCodec } from '@commonwatt/chaincode/wire/requirement';
import { refuseKey } from '../support/instructions.js';
import * as commands from '../support/market-commands.js';
import { SigningKey } from '../support/signing-key.js';
import { must } from './broken.js';
import { at } from './drafting.js';
import type { WorldMeters } from './meters.js';
import type { Move } from './plan.js';
import type { Player } from './player.js';
import { DEVICES, POINTS, slotAt, SLOTS, SUBJECTS, WORLD_CHARTER } from './world.js';

type Life = Readonly<{ player: Player; meters: WorldMeters }>;

/** A certificate of a device, for less power or less time than it had, or none any more. */
export function certify({ player }: Life, move: Move): Promise<unknown> {
    const { pointId } = at(DEVICES, move.pick);
    const { standardId } = commands.STANDARD;
    const text = player.ledger.read('supervision', `conformity/${pointId}/${standardId}`)?.value.toString('utf8');
    const sequence = (text === undefined ? 0 : conformityCodec.decode(text).statement.sequence) + 1;
    const isWithdrawn = move.pick % 3 === 0;
    const command = commands.certify(player.who('reviewer'), {
        pointId,
        sequence,
        status: isWithdrawn ? 'withdrawn' : 'certified',
        ratedW: powerW(1n + move.energyWh * 8n),
        untilSlot: slotAt(move.agreement % (SLOTS + 2)),
    });
    return player.supervision('reviewer', isWithdrawn ? 'conformity:withdraw' : 'conformity:certify', command);
}

/** What a network asks of trades from now on. */
export function require({ player }: Life, move: Move): Promise<unknown> {
    const carrier = at(METERED_CARRIERS, move.pick);
    const text = player.ledger.read('exchange', `requirement/${carrier}`)?.value.toString('utf8');
    const command = commands.publishRequirement(player.who('dispatcher'), {
        carrier,
        version: (text === undefined ? 0 : requirementCodec.decode(text).statement.version) + 1,
        curtailableAboveWh: move.pick % 2 === 0 ? null : energyWh(100n + move.energyWh),
        leadTimeSlots: move.agreement % 3,
        toleranceBpMax: move.pick % 4 === 0 ? 1_000 : 10_000,
    });
    return player.exchange('dispatcher', 'requirement:publish', command);
}

/** The network operator's word on terms, where the rules ask for it; now and then it refuses, or says nothing. */
export async function screen(player: Player, terms: Terms, agreementId: string, pick: number): Promise<void> {
    for (const carrier of new Set(terms.legs.map((leg) => leg.carrier))) {
        if (player.world.rules.carriers[carrier]?.screening !== 'central' || pick % 13 === 0) {
            continue;
        }
        const decision = pick % 11 === 0 ? 'refused' : 'admitted';
        const command = commands.screen(player.who('dispatcher'), terms, decision, { agreementId, carrier });
        await player.exchange('dispatcher', decision === 'admitted' ? 'screening:admit' : 'screening:refuse', command);
    }
}

/** A key is lost: the one permitted long ago goes on without its signature; another waits, or is refused by the key in force. */
export async function loseKey({ player }: Life, move: Move): Promise<void> {
    const participantId = at(Object.keys(SUBJECTS), move.pick);
    const next = new SigningKey();
    const admin = `${SUBJECTS[participantId]?.mspId ?? ''} admin`;
    const spare = player.world.spareKeys.get(participantId);
    if (spare !== undefined) {
        const command = commands.rotateKey(participantId, player.who(participantId).key, spare, true);
        if ((await player.exchange(participantId, 'participant:rotate-key', command)).changed) {
            player.rotated(participantId, spare);
        }
    }
    const fromSlot = slotAt(SLOTS) + slotsOfDays(WORLD_CHARTER, KEY_NOTICE_DAYS);
    const permit = { participantId, keyId: next.keyId, fromSlot };
    await player.exchange(admin, 'participant:permit-key', permitKeyCodec.encode(permit));
    const early = commands.rotateKey(participantId, player.who(participantId).key, next, true);
    const { code } = await player.exchange(participantId, 'participant:rotate-key', early);
    must(code !== null, 'a permitted key waits for the end of its notice', { participantId });
    if (move.pick % 2 === 0) {
        await player.exchange('stranger', 'participant:refuse-key', refuseKey(player.who(participantId), permit));
    }
}

/** A meter is exchanged while a slot runs, of which the old one has counted something. */
export async function exchangeMeter({ player, meters }: Life, move: Move, stage: number): Promise<void> {
    const over = Math.min(stage - 2, SLOTS - 1);
    if (over < 0) {
        return;
    }
    const { pointId } = at(
        POINTS.filter((point) => point.isMetered),
        move.pick,
    );
    meters.countPart(pointId, { importWh: move.energyWh % 40n, exportWh: move.energyWh % 7n });
    const { command, device } = meters.following(pointId, over, { importWh: move.energyWh, exportWh: 3n });
    if ((await player.exchange('metering', 'meter:exchange', command)).changed) {
        meters.install(pointId, device);
    }
}
