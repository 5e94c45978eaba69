import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import type { LedgerSubject, Where } from './ledger-subject.js';
import type { Operation } from './scripted-chaincode.js';

/** A ledger below a prefix of its own, so that cases share one and do not meet. */
export class ScriptedLedger {
    readonly #subject: LedgerSubject;
    readonly #prefix: string;

    constructor(subject: LedgerSubject, prefix: string) {
        this.#subject = subject;
        this.#prefix = prefix;
    }

    key(name: string): string {
        return `${this.#prefix}/${name}`;
    }

    async hold(operations: readonly Operation[], where: Where = {}): ReturnType<LedgerSubject['endorse']> {
        return await this.#subject.endorse(operations, where);
    }

    /** Endorses and commits; the validation code. */
    async submit(operations: readonly Operation[], where: Where = {}): Promise<string> {
        return await (await this.hold(operations, where)).commit();
    }

    async put(name: string, text: string): Promise<void> {
        expect(await this.submit([['put', this.key(name), text]])).to.equal('VALID');
    }

    async answer(operation: Operation, chaincode: Where['chaincode'] = 'exchange'): Promise<Json | undefined> {
        return (await this.hold([operation], { chaincode })).answers[0];
    }

    async get(name: string): Promise<Json | undefined> {
        return await this.answer(['get', this.key(name)]);
    }

    /** Names and values of everything below the prefix, or of a part of it. */
    range(from = '', to = '~', max = 1_000): Operation {
        return ['range', this.key(from), this.key(to), max];
    }

    async names(): Promise<Json | undefined> {
        return this.unprefixed(await this.answer(this.range()));
    }

    unprefixed(found: Json | undefined): Json {
        return (found as readonly string[]).map((each) => each.slice(this.#prefix.length + 1));
    }

    async refusal(operations: readonly Operation[]): Promise<string> {
        try {
            await this.hold(operations);
        } catch (error) {
            return String(error);
        }
        return 'nothing was refused';
    }
}

/** What chaincodes of this project may count on: each holds on a real ledger and on the double alike. */
export type LedgerCase = Readonly<{ title: string; play: (ledger: ScriptedLedger) => Promise<void> }>;
