import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { INVARIANTS, type Movement } from '@commonwatt/chaincode/domain/invariants';
import { type AgreementState, FINAL_STATES, LIFECYCLE } from '@commonwatt/chaincode/domain/lifecycle';
import type { AccountName, Posting } from '@commonwatt/chaincode/domain/posting';
import type { AmountNano } from '@commonwatt/chaincode/domain/units';
import { SETTLEMENT, STANDING_VERDICT, TERMINATION, VERDICT, WITHDRAWAL } from '@commonwatt/chaincode/store/keys';
import { encodePolicy, termsPolicy } from '@commonwatt/chaincode/store/policies';
import { consentBody, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { bodyFor } from '@commonwatt/chaincode/wire/mandate';
import { signedText, verifySignature } from '@commonwatt/chaincode/wire/signature';
import { CHARTER } from '../support/sample-market.js';
import { SCOPE } from '../support/signing-key.js';
import type { Scene } from './scene.js';
import type { View } from './view.js';
import type { State } from './world.js';
import { consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { documentHashOf } from '@commonwatt/chaincode/wire/signature';

/** A step between two states, and the verb of the command that made it. */
export type Taken = Readonly<{ view: View; from: State; to: State; verb: string }>;

/** What a promise says of a state or a step: `null` when it is about something else. */
export type Held = boolean | null;
export type StateProperty = Readonly<{ name: string; holds: (view: View, state: State) => Held }>;
export type StepProperty = Readonly<{ name: string; holds: (step: Taken) => Held }>;

const isFinal = (state: AgreementState | undefined): boolean => state !== undefined && FINAL_STATES.includes(state);
const BINDING_VERBS = ['agreement:conclude', 'agreement:fund', 'amendment:enact'];

/** Whether each party signed these terms, by the key that it had before anything was agreed. */
export function isSignedByAll({ agreementId, partyIds, market }: Scene, agreement: Agreement): boolean {
    const { terms, termsHash, consents } = agreement;
    const body = consentBody(agreementId, terms);
    const isSigned = partyIds.every((partyId) => {
        const { publicKey } = market.who(partyId).key;
        const signature = consents.find(({ participantId }) => participantId === partyId)?.signature ?? '';
        const text = signedText('commonwatt/agreement/1', SCOPE.exchange, publicKey, bodyFor(body, partyId, null));
        try {
            verifySignature(text, publicKey, signature);
            return true;
        } catch {
            return false;
        }
    });
    return isSigned && termsHashOf(terms) === termsHash && agreement.agreementId === agreementId;
}

const signed = new WeakMap<Agreement, boolean>();
function areSigned(scene: Scene, agreement: Agreement): boolean {
    const known = signed.get(agreement) ?? isSignedByAll(scene, agreement);
    signed.set(agreement, known);
    return known;
}

export const STATE_PROPERTIES: readonly StateProperty[] = [
    {
        name: 'terms are signed by every party',
        holds: (view: View, state: State): Held => {
            const agreement = view.agreementIn(state);
            return agreement && areSigned(view.scene, agreement);
        },
    },
    {
        name: 'terms stand under the policy of their signatories',
        holds: (view: View, state: State): Held => {
            const { text, policy } = view.scene.world.contentAt(state, view.agreement);
            return text === null ? null : policy === policyOf(view.scene);
        },
    },
    {
        name: 'what is carried out is what was signed',
        holds: (view: View, state: State): Held => {
            const [agreement, execution] = [view.agreementIn(state), view.executionIn(state)];
            return execution && execution.termsHash === agreement?.termsHash;
        },
    },
    {
        name: 'what is final holds no money',
        holds: (view: View, state: State): Held =>
            isFinal(view.executionIn(state)?.state) ? view.escrowNano(state) === 0n : null,
    },
    {
        name: 'what delivered is settled to its end',
        holds: (view: View, state: State): Held => {
            const execution = view.executionIn(state);
            if (execution === null || !['completed', 'terminated'].includes(execution.state)) {
                return null;
            }
            const slots = Array.from(
                { length: execution.endSlot - view.scene.terms.firstSlot },
                (_, offset) => view.scene.terms.firstSlot + offset,
            );
            return slots.every(
                (slot) => view.scene.world.get(state, 'exchange', SETTLEMENT, 'electricity', slot, 0) !== null,
            );
        },
    },
];

const policies = new WeakMap<Scene, string>();
/** In hex. */
export function policyOf(scene: Scene): string {
    const known = policies.get(scene);
    if (known !== undefined) {
        return known;
    }
    const mspIds = scene.partyIds.map((partyId) => scene.market.who(partyId).mspId);
    const bytes = encodePolicy(termsPolicy(CHARTER.orgs.regulator, mspIds, Object.values(CHARTER.orgs)));
    const policy = Buffer.from(bytes).toString('hex');
    policies.set(scene, policy);
    return policy;
}

export const STEP_PROPERTIES: readonly StepProperty[] = [
    {
        name: 'terms are replaced by their next version only',
        holds: ({ view, from, to, verb }: Taken): Held => {
            const [before, after] = [view.agreementIn(from), view.agreementIn(to)];
            if (before === null || before === after) {
                return null;
            }
            const { version, previousHash } = after?.terms ?? { version: 0, previousHash: null };
            return verb === 'amendment:enact' && version > before.terms.version && previousHash === before.termsHash;
        },
    },
    {
        name: 'what is final stays',
        holds: ({ view, from, to }: Taken): Held =>
            isFinal(view.executionIn(from)?.state) ? view.executionIn(to) === view.executionIn(from) : null,
    },
    {
        name: 'an agreement moves by the lifecycle',
        holds: ({ view, from, to, verb }: Taken): Held => {
            const [before, after] = [view.executionIn(from)?.state ?? null, view.executionIn(to)?.state ?? null];
            return before === after ? null : isInTable(verb, before, after);
        },
    },
    {
        name: 'nothing enters into force that the regulator has not approved',
        holds: ({ view, from, to }: Taken): Held => {
            const [before, after] = [view.executionIn(from), view.executionIn(to)];
            const enters =
                after?.state === 'inForce' && (before?.state !== 'inForce' || before.version !== after.version);
            return enters ? isApproved(view, from, after.version, after.standingId) : null;
        },
    },
    {
        name: 'nothing is agreed or funded under a halt',
        holds: ({ view, from, verb }: Taken): Held => (BINDING_VERBS.includes(verb) ? !view.isHalted(from) : null),
    },
    {
        name: 'a consent taken back binds nobody',
        holds: ({ view, from, to }: Taken): Held => {
            const [before, after] = [view.agreementIn(from), view.agreementIn(to)];
            if (after === null || before === after) {
                return null;
            }
            const { world } = view.scene;
            const documentHash = documentHashOf(consentDocument(after.terms, after.agreementId));
            return after.consents.every(
                ({ participantId, keyId }) =>
                    world.get(from, 'exchange', WITHDRAWAL, documentHash, participantId, keyId) === null,
            );
        },
    },
    ...INVARIANTS.map(({ name, holds }): StepProperty => ({
        name,
        holds: (step: Taken): Held => {
            const movement = movementOf(step);
            return movement && holds(movement);
        },
    })),
];

/** Whether the table has this step; a settled agreement closes by itself. */
function isInTable(verb: string, before: string | null, after: string | null): boolean {
    const ends = (name: string, from: string | null): (string | null)[] =>
        LIFECYCLE.filter(
            (row) => `${row.noun}:${row.verb}` === name && row.noun === 'agreement' && row.from.includes(from),
        ).flatMap((row) => row.to);
    const reached = verb === 'settlement:run' ? [before] : ends(verb, before);
    return [...reached, ...reached.flatMap((state) => ends('agreement:close', state))].some(
        (state) => state === after && state !== before,
    );
}

function isApproved({ scene }: View, state: State, version: number, standingId: string | null): boolean {
    const termination = scene.world.get(state, 'supervision', TERMINATION, scene.agreementId);
    const ofVersion = scene.world.get(state, 'supervision', VERDICT, scene.agreementId, version);
    const verdict = (termination ?? ofVersion)?.statement.decision;
    if (standingId === null) {
        return verdict === 'approved';
    }
    const standing = scene.world.get(state, 'supervision', STANDING_VERDICT, standingId)?.statement.status;
    return standing === 'granted' && verdict !== 'rejected' && verdict !== 'terminated';
}

/** What a step did with money, as the run time sees it; postings that no record keeps are those that match the change. */
function movementOf({ view, from, to }: Taken): Movement | null {
    const { world } = view.scene;
    const heldChanges = new Map<AccountName, AmountNano>();
    const heldAfter: (readonly [AccountName, AmountNano])[] = [];
    const kept: Posting[] = [];
    for (const cell of world.changed(from, to)) {
        const [before, after] = [world.contentAt(from, cell), world.contentAt(to, cell)];
        const add = (sign: bigint, [account, nano]: readonly [AccountName, AmountNano]): void => {
            heldChanges.set(account, ((heldChanges.get(account) ?? 0n) + sign * nano) as AmountNano);
        };
        view.moneyOf(cell, before).forEach((held) => add(-1n, held));
        view.moneyOf(cell, after).forEach((held) => add(1n, held));
        heldAfter.push(...view.moneyOf(cell, after));
        kept.push(...view.postingsOf(cell, after));
    }
    if (heldChanges.size === 0) {
        return null;
    }
    const internal = [...heldChanges].map(([account, amountNano]): Posting => ({
        account,
        amountNano,
        kind: 'fund',
        agreementId: null,
        slot: null,
    }));
    return { postings: kept.length > 0 ? kept : internal, heldChanges, heldAfter };
}
