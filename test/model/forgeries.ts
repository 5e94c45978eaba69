import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import { type Execution, openExecution } from '@commonwatt/chaincode/domain/escrow';
import { amountNano, priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import {
    AGREEMENT,
    AMENDMENT,
    EXECUTION,
    KEY_SUCCESSION,
    LANE,
    PARTICIPANT,
    type RecordType,
    VERDICT,
} from '@commonwatt/chaincode/store/keys';
import { encodePolicy, termsPolicy } from '@commonwatt/chaincode/store/policies';
import { consentBody, termsHashOf } from '@commonwatt/chaincode/wire/agreement';
import { keyRotationCodec } from '@commonwatt/chaincode/wire/participant';
import * as commands from '../support/market-commands.js';
import { CHARTER } from '../support/sample-market.js';
import { SCOPE, SigningKey } from '../support/signing-key.js';
import type { Coalition } from '../support/coalitions.js';
import { mayWrite } from './endorsement.js';
import type { Forgeries } from './exploration.js';
import type { Scene } from './scene.js';
import { type Cell, type Content, START, type State } from './world.js';

/** Something that organisations could write which have agreed to run other code. */
type Forgery = Readonly<{ name: string; cell: Cell; content: Content }>;

/**
 * Whatever a coalition may write, by the policies that stand under the keys in each state: other terms, other keys of a
 * party, verdicts, states, money, key policies; signed by a key of its own, or by a party that has joined it. How often
 * it has done so is noted under a key that no contract reads.
 */
export function forgeriesBy(scene: Scene, coalition: Coalition, most: number): Forgeries {
    const { world } = scene;
    const counter = world.cell('model', 'forgeries');
    const forged = new Forger(scene).all();
    return (state) => {
        const count = world.numberAt(state, counter);
        if (count >= most) {
            return [];
        }
        const counted = { cell: counter, content: { text: String(count + 1), policy: null } };
        return forged
            .filter(
                ({ cell, content }) => isNews(scene, state, cell, content) && mayWrite(coalition, world, state, cell),
            )
            .map(({ name, cell, content }) => ({
                move: { name: `${coalition.join(' + ')}: ${name}`, command: null },
                to: world.after(state, [{ cell, content }, counted]),
            }));
    };
}

function isNews({ world }: Scene, state: State, cell: Cell, { text, policy }: Content): boolean {
    const stands = world.contentAt(state, cell);
    return stands.text !== text || (policy !== null && stands.policy !== policy);
}

/** Makes each forgery once: a signature is drawn by chance. */
class Forger {
    readonly #scene: Scene;
    readonly #key = new SigningKey();

    constructor(scene: Scene) {
        this.#scene = scene;
    }

    all(): Forgery[] {
        const { terms, amended } = this.#scene;
        const agreement = this.#signed(dear(terms));
        const amendment = this.#signed(dear(amended));
        const loose = encodePolicy(termsPolicy(CHARTER.orgs.operator, [], Object.values(CHARTER.orgs)));
        const loosely = (forgery: Forgery): Forgery => ({
            name: `${forgery.name}, under a policy without the parties`,
            cell: forgery.cell,
            content: { ...forgery.content, policy: Buffer.from(loose).toString('hex') },
        });
        const others = this.#forge('other terms', AGREEMENT, agreement);
        return [
            others,
            loosely(others),
            this.#forge('the terms are deleted', AGREEMENT, agreement, null),
            this.#forge('terms that nobody signed for anna', AGREEMENT, amendment),
            this.#forge('an amendment, signed for anna by another key', AMENDMENT, amendment),
            this.#forge('another key of anna', PARTICIPANT, this.#anna()),
            this.#succession(),
            this.#verdict(terms, 'an approval that no officer signed'),
            this.#verdict(dear(amended), 'an approval of the forged amendment'),
            ...(['concluded', 'inForce', 'completed'] as const).map((state) =>
                this.#forge(`an execution that is ${state}`, EXECUTION, this.#execution(agreement, state)),
            ),
            this.#forge('money of nobody', LANE, {
                participantId: 'retail',
                lane: 0,
                balanceNano: amountNano(10n ** 12n),
            }),
        ];
    }

    /** The seller has joined the coalition and signs; for the buyer another key does. */
    #signed(terms: Terms): Agreement {
        const { agreementId, partyIds, market } = this.#scene;
        const body = consentBody(agreementId, terms);
        const consents = partyIds.map((partyId) =>
            commands.signed(['commonwatt/agreement/1', body], partyId, {
                key: partyId === 'anna' ? this.#key : market.who(partyId).key,
            }),
        );
        return { agreementId, termsHash: termsHashOf(terms), terms, consents };
    }

    #anna(): Parameters<typeof PARTICIPANT.codec.encode>[0] {
        const anna = this.#scene.world.get(START, 'exchange', PARTICIPANT, 'anna');
        if (anna === null) {
            throw new Error('anna takes part');
        }
        return { ...anna, publicKey: this.#key.publicKey };
    }

    /** That anna's key gave way to another, signed by the other alone. */
    #succession(): Forgery {
        const { key } = this.#scene.market.who('anna');
        const rotation = { participantId: 'anna', oldKeyId: key.keyId, newPublicKey: this.#key.publicKey };
        const body = keyRotationCodec.toJson(rotation);
        const signature = this.#key.signDocument('commonwatt/key-rotation/1', SCOPE.exchange, body);
        return this.#forge('a succession to another key of anna', KEY_SUCCESSION, {
            rotation,
            oldPublicKey: key.publicKey,
            oldSignature: signature,
            newSignature: signature,
        });
    }

    #verdict(terms: Terms, name: string): Forgery {
        const statement = {
            agreementId: this.#scene.agreementId,
            version: terms.version,
            termsHash: termsHashOf(terms),
            decision: 'approved',
            reasonCode: 'forged',
        } as const;
        const { subjectHash } = this.#scene.market.who('reviewer');
        const signature = this.#key.sign('anything');
        return this.#forge(name, VERDICT, {
            statement,
            officerSubjectHash: subjectHash,
            keyId: this.#key.keyId,
            signature,
        });
    }

    #execution(agreement: Agreement, state: Execution['state']): Execution {
        return { ...openExecution(agreement).execution, state };
    }

    #forge<Value>(
        name: string,
        type: RecordType<Value>,
        value: Value,
        text: string | null = type.codec.encode(value),
    ): Forgery {
        const chaincode = type.name === VERDICT.name ? 'supervision' : 'exchange';
        const cell = this.#scene.world.cellOf(chaincode, type, ...type.keyOf(value));
        return { name, cell, content: { text, policy: null } };
    }
}

/** The same terms at a price that the buyer never agreed to, within what the standing verdict approves. */
const dear = (terms: Terms): Terms => ({
    ...terms,
    legs: terms.legs.map((leg) => ({
        ...leg,
        priceMicroPerKwh: leg.priceMicroPerKwh.map(() => priceMicroPerKwh(399_000n)),
    })),
});
