import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { VERDICT } from '@commonwatt/chaincode/store/keys';
import { verdictStatementCodec } from '@commonwatt/chaincode/wire/verdict';
import { signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
import { SCOPE } from '../support/signing-key.js';
import type { Exploration } from './exploration.js';
import { isSignedByAll, STEP_PROPERTIES } from './properties.js';
import type { Scene } from './scene.js';
import { View } from './view.js';
import type { Content } from './world.js';

/** What a coalition cannot break, or can: columns of the security page. */
export const PROMISES = [
    'terms that all parties signed give way to none but such',
    'what is final stays, and money is conserved',
    'verdicts are signed by the officer',
] as const;
export type PromiseName = (typeof PROMISES)[number];

const KEPT = STEP_PROPERTIES.filter(({ name }) => ['what is final stays', 'postings sum to zero'].includes(name));

/** A shortest way to the breach of each promise that is broken. */
export function broken(scene: Scene, exploration: Exploration): Map<PromiseName, string[]> {
    const view = new View(scene);
    const found = new Map<PromiseName, string[]>();
    const note = (promise: PromiseName, holds: boolean, way: () => string[]): void => {
        if (!holds && !found.has(promise)) {
            found.set(promise, way());
        }
    };
    const [terms, carriedOut, verdicts] = PROMISES;
    const { states, from, to, by } = exploration;
    by.forEach(({ name, command }, step) => {
        const [before, after] = [states[from[step] ?? 0] ?? '', states[to[step] ?? 0] ?? ''];
        const way = (): string[] => [...exploration.way(from[step] ?? 0), `     ${name}`];
        const taken = { view, from: before, to: after, verb: command?.verb ?? '' };
        note(terms, !signed(scene, view.agreementIn(before)) || signed(scene, view.agreementIn(after)), way);
        note(
            carriedOut,
            KEPT.every(({ holds }) => holds(taken) !== false),
            way,
        );
    });
    states.forEach((state, index) => {
        const isWord = scene.world.changing
            .filter(({ key }) => key.startsWith(`${VERDICT.name}/`))
            .every((cell) => isOfficers(scene, scene.world.contentAt(state, cell)));
        note(verdicts, isWord, () => exploration.way(index));
    });
    return found;
}

const known = new WeakMap<Agreement, boolean>();
function signed(scene: Scene, agreement: Agreement | null): boolean {
    if (agreement === null) {
        return false;
    }
    const isSigned = known.get(agreement) ?? isSignedByAll(scene, agreement);
    known.set(agreement, isSigned);
    return isSigned;
}

const judged = new WeakMap<Content, boolean>();
function isOfficers(scene: Scene, content: Content): boolean {
    const verdict = scene.world.decode(VERDICT, content);
    if (verdict === null) {
        return true;
    }
    const { publicKey } = scene.market.who('reviewer').key;
    const body = verdictStatementCodec.toJson(verdict.statement);
    const text = signedText('commonwatt/verdict/1', SCOPE.supervision, publicKey, body);
    const isSigned = judged.get(content) ?? isValid(() => verifySignature(text, publicKey, verdict.signature));
    judged.set(content, isSigned);
    return isSigned;
}

/** Whether a check of the product passes. */
function isValid(checked: () => void): boolean {
    try {
        checked();
        return true;
    } catch {
        return false;
    }
}
