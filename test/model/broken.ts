import { LIFECYCLE, type Transition } from '@commonwatt/chaincode/domain/lifecycle';
import { encodePolicy, termsPolicy } from '@commonwatt/chaincode/store/policies';
import { encodeError } from '@commonwatt/chaincode/wire/errors';
import { marketError } from '@commonwatt/chaincode/domain/errors';
import type { ChaincodeInterface, ChaincodeStub } from 'fabric-shim';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { replacedReadingCodec } from '@commonwatt/chaincode/wire/dispute';
import { forceMajeureHashOf } from '@commonwatt/chaincode/wire/force-majeure';
import { keyIdOf } from '@commonwatt/chaincode/wire/signature';
import { NO_ENERGY } from '@commonwatt/chaincode/domain/units';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { CHARTER, FIRST_SLOT } from '../support/sample-market.js';
import { type Chaincodes, productChaincodes } from './explore.js';
import type { Coalition } from '../support/coalitions.js';
import { SCOPE, SigningKey } from '../support/signing-key.js';
import { FAVOUR, stormAt } from './officers.js';
import type { Bounds, Facet } from './scene.js';

/** A way in which the product could be broken, the promise that then does not hold, and where that shows. */
export type Broken = Readonly<{
    name: string;
    promise: string;
    bounds: Bounds;
    chaincodes: () => Chaincodes;
    /** Rows that the lifecycle has besides its own. */
    rows?: readonly Transition[];
}>;

/** What stands under a key. */
type Get = (key: string) => Promise<string>;

/** What a chaincode reads and writes in a verb, changed on the way. */
type Changes = Readonly<{
    read?: (key: string, text: string, get: Get) => string | Promise<string>;
    scan?: (start: string) => 'nothing' | 'all';
    write?: (key: string, text: string) => string;
    policy?: (key: string, policy: Uint8Array | null) => Uint8Array | null;
    look?: (answer: string, get: Get) => string | Promise<string>;
    /** The code of a refusal, by what else is on the ledger. */
    refuse?: (get: Get) => Promise<boolean>;
    /** What is done besides, where the verb was taken. */
    besides?: (stub: ChaincodeStub) => Promise<void>;
}>;

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
type Range = ReturnType<ChaincodeStub['getStateByRange']>;
const NOTHING = { next: () => Promise.resolve({ done: true }), close: () => Promise.resolve() } as unknown as Range;

/** The exchange with something changed in some of its verbs. */
function changed(verbs: readonly string[], changes: Changes): () => Chaincodes {
    return () => {
        const { exchange, supervision } = productChaincodes();
        const broken: ChaincodeInterface = {
            Init: (stub) => exchange.Init(stub),
            Invoke: async (stub) => {
                const [verb = ''] = (stub as unknown as { getBufferArgs: () => Buffer[] }).getBufferArgs().map(textOf);
                if (!verbs.includes(verb)) {
                    return exchange.Invoke(stub);
                }
                const get: Get = async (key) => textOf(await stub.getState(key));
                if ((await changes.refuse?.(get)) === true) {
                    return { status: 500, message: encodeError(marketError('SLOT_NOT_OVER', { slot: FIRST_SLOT })) };
                }
                const answer = await exchange.Invoke(throughChanges(stub, changes, get));
                if (answer.status === 200) {
                    await changes.besides?.(stub);
                }
                return answer;
            },
        };
        return { exchange: broken, supervision };
    };
}

function throughChanges(stub: ChaincodeStub, changes: Changes, get: Get): ChaincodeStub {
    const { read, scan, write, policy, look } = changes;
    const own: Partial<ChaincodeStub> = {
        getState: async (key) => {
            const text = textOf(await stub.getState(key));
            return Buffer.from(read === undefined ? text : await read(key, text, get), 'utf8');
        },
        getStateByRange: (start, end) => (scan?.(start) === 'nothing' ? NOTHING : stub.getStateByRange(start, end)),
        putState: async (key, value) => {
            const text = textOf(value);
            await stub.putState(key, Buffer.from(write === undefined ? text : write(key, text), 'utf8'));
            const given = policy?.(key, null) ?? null;
            if (given !== null) {
                await stub.setStateValidationParameter(key, given);
            }
        },
        setStateValidationParameter: async (key, given) => {
            const kept = policy === undefined ? given : policy(key, given);
            if (kept !== null) {
                await stub.setStateValidationParameter(key, kept);
            }
        },
        invokeChaincode: async (name, args, channel) => {
            const response = await stub.invokeChaincode(name, args, channel);
            return look === undefined
                ? response
                : { ...response, payload: Buffer.from(await look(textOf(response.payload), get), 'utf8') };
        },
    };
    return new Proxy(stub, {
        get: (target, name) => {
            const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name);
            return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
    });
}

/** A review of the storm that the regulator has never made. */
const STORM_SEEN = canonicalJson({
    statement: {
        kind: 'forceMajeure',
        subjectId: 'storm',
        factHash: forceMajeureHashOf(stormAt({ terms: { firstSlot: FIRST_SLOT, slotCount: 1 } })),
        finding: 'confirmed',
        fromSlot: null,
        reasonCode: 'checked',
    },
    officerSubjectHash: '0'.repeat(64),
    keyId: '0'.repeat(64),
    signature: new SigningKey().signDocument('commonwatt/fact-review/1', SCOPE.supervision, {}),
});

const small = (...facets: Facet[]): Bounds => ({ parties: 2, legs: 1, slots: 1, facets });
const hides =
    (prefix: string) =>
    (key: string, text: string): string =>
        key.startsWith(prefix) ? '' : text;
const replaces =
    (prefix: string, before: string | RegExp, after: string) =>
    (key: string, text: string): string =>
        key.startsWith(prefix) ? text.replace(before, after) : text;

const PARTIES_POLICY = encodePolicy(
    termsPolicy(CHARTER.orgs.regulator, [CHARTER.orgs.community, CHARTER.orgs.supplier], Object.values(CHARTER.orgs)),
);
/** Ends whatever agreement there is, whoever sends the verb. */
async function endAgreement(stub: ChaincodeStub): Promise<void> {
    const range = await stub.getStateByRange('execution/', 'execution0');
    for (let found = await range.next(); !found.done; found = await range.next()) {
        const { key, value } = found.value;
        await stub.putState(key, Buffer.from(textOf(value).replace('"state":"inForce"', '"state":"terminated"')));
    }
}

/** What a decision on a dispute would put in the place of the reading, had the regulator confirmed it. */
async function replaceReading(stub: ChaincodeStub): Promise<void> {
    const { pointId, slot, raisedBy, number, replacement } = FAVOUR;
    const { kind, importWh, exportWh } = replacement ?? { kind: 'energy', importWh: NO_ENERGY, exportWh: NO_ENERGY };
    const replaced = { carrier: 'electricity', slot, pointId, raisedBy, number, kind, importWh, exportWh } as const;
    const key = ledgerKey('replaced-reading', ['electricity', slot, pointId]);
    await stub.putState(key, Buffer.from(replacedReadingCodec.encode(replaced)));
}

/** Whatever the weak centre is asked and has no answer to, it is told to have confirmed. */
const seenByNobody = (answer: string): string => answer.replaceAll('null', STORM_SEEN);

const AGREEING = ['agreement:conclude', 'agreement:fund', 'amendment:enact'];

/** One for each promise, and more where a promise can be broken in ways that differ. */
export const BROKEN: readonly Broken[] = [
    {
        name: 'terms are recorded with a signature of nobody',
        promise: 'terms are signed by every party',
        bounds: small(),
        chaincodes: changed(['agreement:conclude'], {
            write: replaces('agreement/', /"signature":"[0-9a-f]{4}/, '"signature":"0000'),
        }),
    },
    {
        name: 'terms get no policy of their own',
        promise: 'terms stand under the policy of their signatories',
        bounds: small(),
        chaincodes: changed(['agreement:conclude'], { policy: () => null }),
    },
    {
        name: 'an amendment changes the terms and forgets their execution',
        promise: 'what is carried out is what was signed',
        bounds: small('amendment'),
        chaincodes: changed(['amendment:enact'], {
            write: replaces('execution/', /"termsHash":"[0-9a-f]{4}/, '"termsHash":"0000'),
        }),
    },
    {
        name: 'an ended agreement keeps a default amount',
        promise: 'what is final holds no money',
        bounds: small(),
        chaincodes: changed(['settlement:run'], {
            write: replaces('execution/', '"defaultNano":"0"', '"defaultNano":"1"'),
        }),
    },
    {
        name: 'an agreement is completed with its first slot',
        promise: 'what delivered is settled to its end',
        bounds: { ...small(), slots: 2 },
        chaincodes: changed(['settlement:run'], { write: replaces('execution/', 'inForce', 'completed') }),
    },
    {
        name: 'an amendment loses count of versions',
        promise: 'terms are replaced by their next version only',
        bounds: small('amendment'),
        chaincodes: changed(['amendment:enact'], { write: replaces('agreement/', '"version":2', '"version":1') }),
    },
    {
        name: 'a completed agreement may lapse',
        promise: 'what is final stays',
        bounds: small(),
        chaincodes: productChaincodes,
        rows: [
            {
                phase: 'conclude',
                chaincode: 'exchange',
                noun: 'agreement',
                verb: 'lapse',
                role: 'keeper',
                from: ['completed'],
                to: ['lapsed'],
            },
        ],
    },
    {
        name: 'what is funded winds down at once',
        promise: 'an agreement moves by the lifecycle',
        bounds: small(),
        chaincodes: changed(['agreement:fund'], { write: replaces('execution/', 'inForce', 'windingDown') }),
    },
    {
        name: 'a revoked standing verdict still approves',
        promise: 'nothing enters into force that the regulator has not approved',
        bounds: small('review'),
        chaincodes: changed(['agreement:fund'], { look: (answer) => answer.replace('"revoked"', '"granted"') }),
    },
    {
        name: 'funding does not look at the halt of the operator',
        promise: 'nothing is agreed or funded under a halt',
        bounds: small('halts'),
        chaincodes: changed(AGREEING, { read: hides('halt/') }),
    },
    {
        name: 'concluding does not look at withdrawals',
        promise: 'a consent taken back binds nobody',
        bounds: small('withdrawal'),
        chaincodes: changed(AGREEING, { read: hides('withdrawal/') }),
    },
    {
        name: 'a settlement posts one more than it takes',
        promise: 'postings sum to zero',
        bounds: small(),
        chaincodes: changed(['settlement:run'], {
            write: replaces('settlement/', /"amountNano":"(\d+)"/, '"amountNano":"1$1"'),
        }),
    },
    {
        name: 'a credit is written as more than was posted',
        promise: 'records change by what is posted',
        bounds: small(),
        chaincodes: changed(['settlement:run'], {
            write: replaces('credit/', /"amountNano":"(\d+)"/, '"amountNano":"1$1"'),
        }),
    },
    {
        name: 'a consent is taken back without looking whether it was',
        promise: 'the same command again changes nothing',
        bounds: small('withdrawal'),
        chaincodes: changed(['consent:withdraw'], { read: hides('withdrawal/') }),
    },
    {
        name: 'a halt waits with settlement',
        promise: 'a halt holds up neither settlement nor the release of escrow',
        bounds: small('halts'),
        chaincodes: changed(['settlement:run'], { refuse: async (get) => (await get('halt/electricity')) !== '' }),
    },
    {
        name: 'a release finds less in escrow than it gives back',
        promise: 'no contract runs into its own assertion',
        bounds: small('review'),
        chaincodes: changed(['agreement:release'], {
            read: replaces('execution/', /"energyNano":"[1-9]\d*"/, '"energyNano":"1"'),
        }),
    },
    {
        name: 'nothing is settled without the reading of every meter',
        promise: 'escrow comes free though anna is silent',
        bounds: small('metering'),
        chaincodes: changed(['settlement:run'], { read: hides(`tick/${String(FIRST_SLOT + 2).padStart(10, '0')}`) }),
    },
    {
        name: 'execution stands under the policy of the parties',
        promise: 'escrow comes free though the organisation community is gone',
        bounds: small(),
        chaincodes: changed(['agreement:conclude'], {
            policy: (key, given) => (key.startsWith('execution/') ? PARTIES_POLICY : given),
        }),
    },
    {
        name: 'only the regulator ends what has begun',
        promise: 'escrow comes free though the regulator says no more',
        bounds: small('review'),
        chaincodes: changed(['settlement:run'], {
            scan: (start) => (start.startsWith('commitment/') ? 'nothing' : 'all'),
        }),
    },
    {
        name: 'a declared storm counts before the regulator has seen it',
        promise: 'no default is waived on an officer’s word alone',
        bounds: { ...small('metering'), misused: ['dispatcher'] },
        chaincodes: changed(['settlement:run'], { look: seenByNobody }),
    },
    {
        name: 'a decision replaces the reading at once',
        promise: 'no reading is replaced on an officer’s word alone',
        bounds: { ...small('metering'), misused: ['metering'] },
        chaincodes: changed(['dispute:decide'], { besides: replaceReading }),
    },
    {
        name: 'a vote counts for every organisation',
        promise: 'rules stay as they are while one voter alone wants others',
        bounds: { ...small(), misused: ['voter'] },
        chaincodes: changed(['proposal:enact'], { read: (key, text, get) => withEveryVote(key, text, get) }),
    },
    {
        name: 'a declaration ends what is in force',
        promise: 'no officer alone changes an agreement or moves what it holds',
        bounds: { ...small(), misused: ['dispatcher'] },
        chaincodes: changed(['force-majeure:declare'], { besides: endAgreement }),
    },
];

/** A product whose terms are protected less, and a coalition that then gets at them. */
export type Unprotected = Readonly<{ name: string; coalition: Coalition; chaincodes: () => Chaincodes }>;

export const UNPROTECTED: readonly Unprotected[] = [
    {
        name: 'terms get no policy of their own',
        coalition: ['operator', 'community', 'supplier'],
        chaincodes: changed(['agreement:conclude'], { policy: () => null }),
    },
    {
        name: 'the policy of terms leaves the parties out',
        coalition: ['operator', 'supplier', 'regulator'],
        chaincodes: changed(['agreement:conclude'], {
            policy: (_key, given) =>
                given && encodePolicy(termsPolicy(CHARTER.orgs.regulator, [], Object.values(CHARTER.orgs))),
        }),
    },
    {
        name: 'enacting asks for no descent from the keys that signed before, or that the regulator saw',
        coalition: ['operator', 'community', 'supplier'],
        chaincodes: changed(['amendment:enact'], {
            read: async (key, text, get) =>
                key.startsWith('agreement/') ? await withNextConsents(key, text, get) : text,
            look: withKeysInForce,
        }),
    },
];

/** Terms as if they had been signed by whoever signed their amendment. */
async function withNextConsents(key: string, text: string, get: Get): Promise<string> {
    const amendment = await get(`${key.replace('agreement/', 'amendment/')}/${'2'.padStart(10, '0')}`);
    const { consents } = JSON.parse(amendment === '' ? text : amendment) as { consents: unknown };
    return JSON.stringify({ ...(JSON.parse(text) as object), consents });
}

/** Qualifications as if the regulator had seen whatever keys stand in the participants' records. */
async function withKeysInForce(answer: string, get: Get): Promise<string> {
    const found = JSON.parse(answer) as unknown;
    for (const record of Array.isArray(found) ? found : []) {
        const statement = (record as Partial<Qualification> | null)?.statement;
        if (statement?.person !== undefined) {
            const { publicKey } = JSON.parse(await get(`participant/${statement.participantId}`)) as Participant;
            Object.assign(statement.person, { keyId: keyIdOf(publicKey) });
        }
    }
    return canonicalJson(found as Json);
}

/** The operator's ballot in the name of every organisation that has not voted. */
async function withEveryVote(key: string, text: string, get: Get): Promise<string> {
    const { operator } = CHARTER.orgs;
    const [, proposalId = '', mspId = ''] = key.split('/');
    return key.startsWith('ballot/') && text === ''
        ? (await get(`ballot/${proposalId}/${operator}`)).replace(operator, mspId)
        : text;
}

/** Adds rows to the lifecycle while something runs. */
export async function withRows<Result>(rows: readonly Transition[], run: () => Promise<Result>): Promise<Result> {
    const table = LIFECYCLE as Transition[];
    table.push(...rows);
    try {
        return await run();
    } finally {
        table.splice(table.length - rows.length, rows.length);
    }
}
