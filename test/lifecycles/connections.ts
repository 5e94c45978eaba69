import { powerW } from '@commonwatt/chaincode/domain/units';
import { connectionCodec, connectionShareCodec } from '@commonwatt/chaincode/wire/connection';
import * as commands from '../support/market-commands.js';
import { at } from './drafting.js';
import type { Move } from './plan.js';
import type { Answer, Player } from './player.js';
import { POINTS, slotAt, type WorldPoint } from './world.js';

type Life = Readonly<{ player: Player }>;

/** Points that share a connection with another one. */
const NEIGHBOURS = POINTS.filter((point) => behindOneConnection(point).length > 1);

export function behindOneConnection({ point: { carrier, connectionPoint } }: WorldPoint): readonly WorldPoint[] {
    return POINTS.filter(({ point }) => point.carrier === carrier && point.connectionPoint === connectionPoint);
}

/** Limits the connection of a point; the first statement gives all of it to its points alike. */
export function limit({ player }: Life, point: WorldPoint, wh: bigint): Promise<Answer> {
    const { carrier, connectionPoint } = point.point;
    const text = player.ledger.read('exchange', `connection/${carrier}/${connectionPoint}`)?.value.toString('utf8');
    const sequence = (text === undefined ? 0 : connectionCodec.decode(text).statement.sequence) + 1;
    const limits = { importMaxW: powerW(wh * 8n), exportMaxW: powerW(wh * 6n) };
    const here = behindOneConnection(point);
    const grants = here.map(({ pointId }) => ({
        pointId,
        importW: powerW(limits.importMaxW / BigInt(here.length)),
        exportW: powerW(limits.exportMaxW / BigInt(here.length)),
    }));
    const statement = { carrier, connectionPoint, sequence, ...limits, grants: sequence === 1 ? grants : [] };
    const command = commands.setConnection(player.who('dispatcher'), statement);
    return player.exchange('dispatcher', 'connection:set', command);
}

/** Gives a part of a share to a neighbour, now and then more than there is. */
export async function transfer(life: Life, move: Move, stage: number): Promise<void> {
    const giver = at(NEIGHBOURS, move.pick);
    const taker = behindOneConnection(giver).find(({ pointId }) => pointId !== giver.pointId) ?? giver;
    const { carrier, connectionPoint } = giver.point;
    const read = (): string | undefined =>
        life.player.ledger
            .read('exchange', `share/${carrier}/${connectionPoint}/${giver.pointId}`)
            ?.value.toString('utf8');
    if (read() === undefined) {
        await limit(life, giver, move.energyWh + 1n);
    }
    const text = read();
    if (text === undefined) {
        return; // the connection was limited before to nothing
    }
    const { sequence, importMaxW, exportMaxW } = connectionShareCodec.decode(text);
    const content = {
        carrier,
        connectionPoint,
        fromPointId: giver.pointId,
        sequence: sequence + 1,
        toPointId: taker.pointId,
        importW: powerW(importMaxW / BigInt(1 + (move.pick % 4)) + (move.pick % 7 === 0 ? 1n : 0n)),
        exportW: powerW(exportMaxW / 2n),
    };
    if (content.importW + content.exportW > 0n) {
        const command = commands.transferShare(life.player.who(giver.participantId), content, slotAt(stage));
        await life.player.exchange('stranger', 'connection:transfer', command);
    }
}
