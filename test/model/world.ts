import type { KeyWrite, Versioned } from '@commonwatt/chaincode/ledger-double';
import type { KeyPart, RecordType } from '@commonwatt/chaincode/store/keys';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';

/** What stands under a key: its value, and its policy in hex where it has one of its own. */
export type Content = Readonly<{ text: string | null; policy: string | null }>;

/** A key of the channel. Its place in states is negative as long as nothing has changed it. */
export type Cell = { readonly chaincode: string; readonly key: string; place: number; readonly contents: Content[] };

/**
 * All that the channel holds: one character for each key that anything can change, the number of its content; zero, and
 * what is missing at the end, is how it began. Two states are the same when their texts are.
 */
export type State = string;
export const START: State = '';

const ABSENT: Content = { text: null, policy: null };

/** Every key and every content that any reached state has, numbered: states are short texts, and equal ones meet. */
export class World {
    readonly #cells = new Map<string, Cell>();
    readonly #numbers = new Map<string, number>();
    /** Keys that something changes, by their place. */
    readonly changing: Cell[] = [];
    readonly #decoded = new WeakMap<Content, unknown>();

    constructor(records: readonly KeyWrite[]) {
        for (const { chaincode, key, value, policy } of records) {
            this.#add(chaincode, key, { text: value, policy: policy && Buffer.from(policy).toString('hex') });
        }
    }

    cell(chaincode: string, key: string): Cell {
        return this.#cells.get(`${chaincode}/${key}`) ?? this.#add(chaincode, key, ABSENT);
    }

    cellOf<Value>(chaincode: string, type: RecordType<Value>, ...parts: KeyPart[]): Cell {
        return this.cell(chaincode, ledgerKey(type.name, parts));
    }

    /** Number of what stands under a key. */
    numberAt(state: State, { place }: Cell): number {
        return place >= 0 && place < state.length ? state.charCodeAt(place) : 0;
    }

    contentAt(state: State, cell: Cell): Content {
        const content = cell.contents[this.numberAt(state, cell)];
        if (content === undefined) {
            throw new Error(`${cell.key} has no such content`);
        }
        return content;
    }

    /** The record of this key, or `null`. */
    get<Value>(state: State, chaincode: string, type: RecordType<Value>, ...parts: KeyPart[]): Value | null {
        return this.decode(type, this.contentAt(state, this.cellOf(chaincode, type, ...parts)));
    }

    decode<Value>({ codec }: RecordType<Value>, content: Content): Value | null {
        if (content.text === null) {
            return null;
        }
        const value = (this.#decoded.get(content) as Value | undefined) ?? codec.decode(content.text);
        this.#decoded.set(content, value);
        return value;
    }

    /** The state after these writes. A key keeps its policy until it is given another one or deleted. */
    after(state: State, writes: readonly Readonly<{ cell: Cell; content: Content }>[]): State {
        const numbers = this.changing.map((cell) => this.numberAt(state, cell));
        for (const { cell, content } of writes) {
            const kept = content.text === null ? null : (content.policy ?? this.contentAt(state, cell).policy);
            const number = this.#number(cell, { text: content.text, policy: kept });
            if (cell.place < 0 && number !== 0) {
                cell.place = this.changing.length;
                this.changing.push(cell);
            }
            if (cell.place >= 0) {
                numbers[cell.place] = number;
            }
        }
        while (numbers.at(-1) === 0) {
            numbers.pop();
        }
        return String.fromCharCode(...numbers);
    }

    /** Keys whose contents differ. */
    changed(from: State, to: State): Cell[] {
        return this.changing.filter((cell) => this.numberAt(from, cell) !== this.numberAt(to, cell));
    }

    /** Keys from `start` (inclusive) to `end` (exclusive) that hold something, in the order of their bytes. */
    range(state: State, chaincode: string, start: string, end: string): [string, Versioned][] {
        return [...this.#cells.values()]
            .filter((cell) => cell.chaincode === chaincode && isBetween(cell.key, start, end))
            .flatMap((cell): [string, Versioned][] => {
                const { text } = this.contentAt(state, cell);
                return text === null ? [] : [[cell.key, { value: Buffer.from(text, 'utf8'), version: 0 }]];
            })
            .sort(([left], [right]) => Buffer.from(left, 'utf8').compare(Buffer.from(right, 'utf8')));
    }

    #add(chaincode: string, key: string, first: Content): Cell {
        const cell: Cell = { chaincode, key, place: -1, contents: [first] };
        this.#cells.set(`${chaincode}/${key}`, cell);
        this.#numbers.set(nameOf(cell, first), 0);
        return cell;
    }

    #number(cell: Cell, content: Content): number {
        const name = nameOf(cell, content);
        const known = this.#numbers.get(name);
        if (known !== undefined) {
            return known;
        }
        const number = cell.contents.push(content) - 1;
        this.#numbers.set(name, number);
        return number;
    }
}

const nameOf = ({ chaincode, key }: Cell, { text, policy }: Content): string =>
    JSON.stringify([chaincode, key, text, policy]);

/** Keys of the market are ASCII: the order of their characters is that of their bytes. */
export const isBetween = (key: string, start: string, end: string): boolean => key >= start && key < end;
