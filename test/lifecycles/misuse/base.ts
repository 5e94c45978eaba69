import type { LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { mandateIdOf } from '@commonwatt/chaincode/wire/mandate';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { CARRIERS } from '@commonwatt/chaincode/domain/charter';
import { amountNano, energyWh, powerW, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { behindOneConnection } from '../connections.js';
import { POINTS, slotAt, SLOTS, type World, worlds } from '../world.js';
import * as commands from '../../support/market-commands.js';
import { createMember, type Identity } from '../../support/stub-identity.js';

/** Who signs for others. */
export const AGENT = 'ret';
/** Who trusts the agent, within bounds: another one in every other world. */
const PRINCIPALS = ['bea', 'eve'] as const;

/** Voters of every organisation, and who tells the time whatever the officers do: by a real clock anyone may. */
const MORE = [
    ['clock', 'platform', 'OperatorMSP', 'admin'],
    ['operator voter', 'voter', 'OperatorMSP', 'admin'],
    ['community voter', 'voter', 'CommunityMSP', 'CommunityMSP admin'],
    ['supplier voter', 'voter', 'SupplierMSP', 'SupplierMSP admin'],
    ['regulator voter', 'voter', 'RegulatorMSP', 'regulatorAdmin'],
] as const;

const AMPLE_W = powerW(1_000_000n);
/** Connections with more than one point, limited to far more than anybody trades; its points have half of it. */
const SHARED = POINTS.flatMap((point) => {
    const here = behindOneConnection(point);
    const { carrier, connectionPoint } = point.point;
    const maxW = powerW(AMPLE_W * 2n * BigInt(here.length));
    const grants = here.map(({ pointId }) => ({ pointId, importW: AMPLE_W, exportW: AMPLE_W }));
    const limits = { carrier, connectionPoint, sequence: 1, importMaxW: maxW, exportMaxW: maxW, grants };
    return here.length > 1 && here[0] === point ? [limits] : [];
});

/** A world of the lifecycles with every seat taken, shared connections limited, and a mandate that its principal has given. */
export type Base = Readonly<{
    world: World;
    ledger: LedgerDouble;
    people: ReadonlyMap<string, Identity>;
    mandate: MandateStatement;
}>;

let known: Promise<readonly Base[]> | undefined;

export function bases(): Promise<readonly Base[]> {
    known ??= worlds().then((all) =>
        Promise.all(PRINCIPALS.flatMap((principalId) => all.map((world) => seated(world, principalId)))),
    );
    return known;
}

async function seated(world: World, principalId: string): Promise<Base> {
    const ledger = world.ledger.copy();
    const people = new Map(world.people);
    const who = (name: string): Identity => {
        const person = people.get(name);
        if (person === undefined) {
            throw new Error(`nobody is called ${name}`);
        }
        return person;
    };
    const submit = async (name: string, chaincode: string, verb: string, command: string): Promise<void> => {
        const answer = await ledger.submit({ chaincode, args: [verb, command], creator: who(name).creator });
        if (answer.status !== 200) {
            throw new Error(`${verb}: ${answer.message}`);
        }
    };
    for (const [name, kind, mspId, admin] of MORE) {
        const officer = await createMember(mspId, name);
        people.set(name, officer);
        await submit(admin, 'supervision', 'seat:grant', commands.grantSeat(kind, officer));
    }
    for (const connection of SHARED) {
        const command = commands.setConnection(who('dispatcher'), connection);
        await submit('dispatcher', 'exchange', 'connection:set', command);
    }
    const mandate = boundsFor(principalId, who(principalId), who(AGENT));
    await submit(principalId, 'exchange', 'mandate:grant', commands.grantMandate(who(principalId), mandate));
    return { world, ledger, people, mandate };
}

/** Enough to trade with, and far below what the principal owns. */
const boundsFor = (principalId: string, principal: Identity, agent: Identity): MandateStatement =>
    commands.mandateOf(principal, agent, {
        principalId,
        agentId: AGENT,
        carriers: CARRIERS,
        sides: ['buy', 'sell'],
        priceMinMicroPerKwh: priceMicroPerKwh(-100_000n),
        priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
        slotEnergyMaxWh: energyWh(2_000n),
        slotCostMaxNano: amountNano(400_000_000n),
        dayCostMaxNano: amountNano(900_000_000n),
        totalCostMaxNano: amountNano(1_200_000_000n),
        totalDefaultMaxNano: amountNano(300_000_000n),
        untilSlot: slotAt(SLOTS),
        mayDealWithAgent: true,
    });

export const mandateIdIn = ({ mandate }: Base): string => mandateIdOf(mandate);
