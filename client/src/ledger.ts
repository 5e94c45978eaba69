import type { Consent } from '@commonwatt/chaincode/domain/agreement';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { instructionBody, type InstructionVerb } from '@commonwatt/chaincode/wire/instruction';
import { decodePage, type Page, PAGE_SIZE_MAX, type PageQuery, pageQueryCodec } from '@commonwatt/chaincode/wire/query';
import type { SignatureDomain, SignatureScope } from '@commonwatt/chaincode/wire/signature';
import type { ExchangeVerb, SupervisionVerb } from '@commonwatt/chaincode/wire/verbs';
import { type DetachedSignature, type DocumentSigner, signDocument } from './document-signer.js';
import { InvalidError, NotFoundError, translated } from './errors.js';
import { signFor, type Signing } from './signing.js';
import type { Committed, Submitter } from './submitter.js';
import { type Call, type ChaincodeRole, callWithin, type Transport } from './transport.js';

type VerbOf = Readonly<{ supervision: SupervisionVerb; exchange: ExchangeVerb }>;

/** The holder of a certificate as the ledger knows it. */
export type Holder = Readonly<{ mspId: string; subjectHash: string }>;

/** The argument of queries without parameters. */
export const NO_PARAMETERS = canonicalJson({});

/** What connects the clients of all nouns: one channel, one identity. */
export type LedgerParts = Readonly<{
    transport: Transport;
    submitter: Submitter;
    channel: string;
    /** Names of the two chaincodes on the channel. */
    chaincodes: Readonly<Record<ChaincodeRole, string>>;
    /** Signs documents; `null` for identities that do not. */
    documents: DocumentSigner | null;
    /** How long a call may take before it fails. */
    withinMs: number;
    /** Whose certificate the identity's is: what an application names. */
    holder: () => Holder;
}>;

/** Calls verbs by their wire format: typed commands in, typed values out, typed errors. */
export class Ledger {
    readonly #parts: LedgerParts;

    constructor(parts: LedgerParts) {
        this.#parts = parts;
    }

    /** Where signatures of this market count. */
    scope(role: ChaincodeRole): SignatureScope {
        return { channel: this.#parts.channel, chaincode: this.#parts.chaincodes[role] };
    }

    get holder(): Holder {
        return this.#parts.holder();
    }

    /** The identity's signing key. @throws InvalidError SIGNING_KEY_MISSING {} */
    get documents(): DocumentSigner {
        const { documents } = this.#parts;
        if (documents === null) {
            throw new InvalidError({ code: 'SIGNING_KEY_MISSING' });
        }
        return documents;
    }

    /** Signs a document with the identity's signing key. @throws InvalidError SIGNING_KEY_MISSING {} */
    async sign(domain: SignatureDomain, role: ChaincodeRole, body: Json): Promise<DetachedSignature> {
        return await signDocument(this.documents, domain, this.scope(role), body);
    }

    /** Signs that a step be taken for the identity's own participant. @throws InvalidError SIGNING_KEY_MISSING {} */
    async instruct<Instruction>(
        verb: InstructionVerb,
        codec: Codec<Instruction>,
        content: Instruction,
    ): Promise<string> {
        const body = instructionBody(
            verb,
            translated(() => codec.toJson(content)),
        );
        return (await this.sign('commonwatt/instruction/1', 'exchange', body)).signature;
    }

    /** Signs a document in a party's name: with the identity's signing key or another; as an agent under a mandate. */
    async signFor(
        participantId: string,
        document: readonly [SignatureDomain, Json],
        { signer, mandateId }: Signing = {},
    ): Promise<Consent> {
        const key = signer ?? this.documents;
        return await signFor(participantId, mandateId ?? null, document, this.scope('exchange'), key);
    }

    /**
     * Changes the ledger.
     * @param resolve reads by its business id whether the command was carried out (see Submission)
     * @param requiredMspIds organisations that must endorse, where a key has a policy of its own
     * @throws every class of `errors.ts`
     */
    async submit<Role extends ChaincodeRole, Value>(
        role: Role,
        verb: VerbOf[Role],
        encode: () => string,
        answer: (payload: string) => Value,
        resolve?: () => Promise<Value | null>,
        requiredMspIds: readonly string[] = [],
    ): Promise<Committed<Value>> {
        const call = this.#call(role, verb, encode);
        const decode = (payload: string): Value => translated(() => answer(payload));
        return await this.#parts.submitter.submit({
            role,
            call,
            decode,
            requiredMspIds,
            ...(resolve === undefined ? {} : { resolve }),
        });
    }

    /** Reads the ledger at one peer. @throws refusals of their kind · UnavailableError */
    async evaluate<Role extends ChaincodeRole, Value>(
        role: Role,
        verb: VerbOf[Role],
        encode: () => string,
        answer: (payload: string) => Value,
    ): Promise<Value> {
        const payload = await this.#parts.transport.evaluate(this.#call(role, verb, encode));
        return translated(() => answer(payload));
    }

    #call(role: ChaincodeRole, verb: string, encode: () => string): Call {
        const chaincode = this.#parts.chaincodes[role];
        return callWithin({ chaincode, verb, command: translated(encode) }, this.#parts.withinMs);
    }

    /** One page of a listing. */
    async page<Role extends ChaincodeRole, Item>(
        role: Role,
        verb: VerbOf[Role],
        query: PageQuery,
        item: Codec<Item>,
    ): Promise<Page<Item>> {
        return await this.evaluate(
            role,
            verb,
            () => pageQueryCodec.encode(query),
            (payload) => decodePage(payload, item),
        );
    }
}

export const FIRST_PAGE: PageQuery = { bookmark: '', pageSize: PAGE_SIZE_MAX };

/** Reads every page of a listing. */
export async function everyItem<Item>(read: (query: PageQuery) => Promise<Page<Item>>): Promise<readonly Item[]> {
    const items: Item[] = [];
    let query = FIRST_PAGE;
    for (;;) {
        const page = await read(query);
        items.push(...page.items);
        if (page.bookmark === '') {
            return items;
        }
        query = { ...query, bookmark: page.bookmark };
    }
}

/** A record, or `null` when there is none. */
export async function orNull<Value>(reading: Promise<Value>): Promise<Value | null> {
    try {
        return await reading;
    } catch (error) {
        if (error instanceof NotFoundError) {
            return null;
        }
        throw error;
    }
}
