import type { Connection } from '@commonwatt/chaincode/domain/connection';
import { type ErrorOperands, MarketError } from '@commonwatt/chaincode/domain/errors';
import {
    addLoad,
    demandCapacity,
    type Flows,
    limitsOf,
    type Load,
    type Loading,
    startsOf,
} from '@commonwatt/chaincode/domain/loading';
import { larger, NO_ENERGY, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Market } from './market.js';

/** What connections carry besides what is in force and what has been admitted and is not in force yet. */
export class Capacity {
    readonly #market: Market;
    readonly #slotMinutes: number;
    readonly #connections: ReadonlyMap<string, Connection>;
    readonly #loadings = new Map<string, Loading>();

    private constructor(market: Market, slotMinutes: number, connections: readonly Connection[]) {
        this.#market = market;
        this.#slotMinutes = slotMinutes;
        this.#connections = new Map(connections.map((each) => [keyOf(each.statement), each]));
    }

    static async read(market: Market, connections: readonly Connection[]): Promise<Capacity> {
        const { slotMinutes } = await market.charter.show();
        return new Capacity(market, slotMinutes, connections);
    }

    /** Takes loads for what has been admitted, whether they fit or not. */
    async reserve(loads: readonly Load[]): Promise<void> {
        for (const load of loads.filter((each) => this.#connections.has(keyOf(each)))) {
            for (const start of startsOf(load)) {
                const key = `${keyOf(load)}/${String(start)}`;
                this.#loadings.set(key, addLoad(await this.#loading(load, start), load));
            }
        }
    }

    /** Why loads do not fit with all that is reserved: connection, side and slot; `null` where they do. */
    async overload(loads: readonly Load[]): Promise<ErrorOperands | null> {
        for (const load of loads) {
            const connection = this.#connections.get(keyOf(load));
            for (const start of connection === undefined ? [] : startsOf(load)) {
                const before = await this.#loading(load, start);
                const over =
                    connection === undefined
                        ? null
                        : overloadOf(before, addLoad(before, load), limitsOf(connection, this.#slotMinutes));
                if (over !== null) {
                    return over;
                }
            }
        }
        return null;
    }

    async #loading(load: Load, start: SlotIndex): Promise<Loading> {
        const { carrier, connectionPoint } = load;
        const key = `${keyOf(load)}/${String(start)}`;
        const loading =
            this.#loadings.get(key) ?? (await this.#market.connections.loading(carrier, connectionPoint, start));
        this.#loadings.set(key, loading);
        return loading;
    }
}

/** What becomes more; what becomes less is not counted before it is so. */
export const additionsOf = (loads: readonly Load[]): Load[] =>
    loads.map((load) => ({
        ...load,
        flows: new Map(
            [...load.flows].map(([slot, { importWh, exportWh }]) => [
                slot,
                { importWh: larger(importWh, NO_ENERGY), exportWh: larger(exportWh, NO_ENERGY) },
            ]),
        ),
    }));

function overloadOf(before: Loading, after: Loading, limits: Flows): ErrorOperands | null {
    try {
        demandCapacity(before, after, limits);
        return null;
    } catch (error) {
        if (error instanceof MarketError && error.code === 'CONNECTION_OVERLOADED') {
            return error.operands;
        }
        throw error;
    }
}

const keyOf = ({ carrier, connectionPoint }: Pick<Load, 'carrier' | 'connectionPoint'>): string =>
    `${carrier}/${connectionPoint}`;
