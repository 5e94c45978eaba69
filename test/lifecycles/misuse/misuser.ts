import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import { amountNano, type AmountNano } from '@commonwatt/chaincode/domain/units';
import { creditCodec } from '@commonwatt/chaincode/wire/account';
import { POINTS, slotAt, SUBJECTS, type WorldPoint } from '../world.js';
import { SigningKey } from '../../support/signing-key.js';
import type { Identity } from '../../support/stub-identity.js';
import type { Draw } from './draw.js';
import type { Scene } from './scene.js';

/** What somebody sends, and what is noted when it is accepted. */
export type Command = string | Readonly<{ command: string; done: () => void }>;
/** Makes a command that its verb would take from the right hands: in part sound, in part bent. */
export type Abuse = (by: Misuser) => Command;

/** Keys that nobody has registered: made once, since making them is slow. */
export const STRAY_KEYS = Array.from({ length: 16 }, () => new SigningKey());

/** Somebody who sends whatever may do harm, with its own certificate and key. */
export class Misuser {
    readonly scene: Scene;
    readonly draw: Draw;
    readonly name: string;
    /** Who keeps to the rules and signs nothing for anybody. */
    readonly honest: ReadonlySet<string>;
    /** Terms that somebody might have agreed. */
    readonly drafts: readonly Terms[];

    constructor(scene: Scene, draw: Draw, name: string, crowd: Pick<Misuser, 'honest' | 'drafts'>) {
        this.scene = scene;
        this.draw = draw;
        this.name = name;
        this.honest = crowd.honest;
        this.drafts = crowd.drafts;
    }

    get me(): Identity {
        return this.scene.who(this.name);
    }

    /** In whose name: mostly the own, where it has one. */
    participantId(): string {
        const isOne = Object.hasOwn(SUBJECTS, this.name);
        return isOne && !this.draw.once(4) ? this.name : this.draw.of([...Object.keys(SUBJECTS), 'nobody']);
    }

    anybody(): string {
        return this.draw.of(Object.keys(SUBJECTS));
    }

    /** Its key, or mostly the owner's where the owner is not honest. */
    keyOf(participantId: string): Identity {
        const mayUse = Object.hasOwn(SUBJECTS, participantId) && !this.honest.has(participantId);
        return mayUse && !this.draw.once(4) ? this.scene.who(participantId) : this.me;
    }

    carrier(): Carrier {
        return this.draw.of(CARRIERS);
    }

    point(): WorldPoint {
        return this.draw.of(POINTS);
    }

    /** Around now, or where nobody looks. */
    slot(): number {
        const { nextSlot } = this.scene;
        const near = nextSlot - 3 + this.draw.nat(7);
        return this.draw.once(4)
            ? this.draw.of([0, slotAt(0), nextSlot + 96, nextSlot + 96 * 400, 2_000_000_000])
            : near;
    }

    /** From nothing worth mentioning to more than there is. */
    nano(owner = this.name): AmountNano {
        const held = this.scene.balance(`free/${owner}`);
        const amounts = [1n, 1_000n, 1_000n, 1_000_000n, held, held + 1n, held / 2n, 10n ** 24n];
        const amount = this.draw.of(amounts);
        return amountNano(amount > 0n ? amount : 1n);
    }

    lane(): number {
        return this.draw.once(3) ? this.draw.nat(1_024) : 0;
    }

    /** Credits of somebody's, mostly of the one who is named. */
    sources(participantId: string): string[] {
        const all = this.scene.all('credit', creditCodec);
        const own = all.filter((credit) => credit.participantId === participantId);
        const chosen = this.draw.once(6) ? all : own;
        return [...new Set(chosen.slice(0, 1 + this.draw.nat(4)).map(({ sourceId }) => sourceId))];
    }

    id(what: string): string {
        return `${what}-${this.draw.nat(40)}`;
    }

    /** Terms that are agreed somewhere, else ones that could be. */
    known(): Readonly<{ agreementId: string | null; terms: Terms }> {
        const { agreements } = this.scene;
        return agreements.length > 0 && !this.draw.once(5)
            ? this.draw.of(agreements)
            : { agreementId: null, terms: this.draw.of(this.drafts) };
    }
}
