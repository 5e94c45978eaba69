import type { Attestation, CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import type { Source, SourceStatement } from '@commonwatt/chaincode/domain/source';
import type { DeliveryStatement, SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { calorificStatementCodec } from '@commonwatt/chaincode/wire/calorific';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import type { SignatureDomain, SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { sourceStatementCodec } from '@commonwatt/chaincode/wire/source';
import { statementCodec } from '@commonwatt/chaincode/wire/statement';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { translated } from './errors.js';

/** What a source changes about itself; what it does not name stays. */
export type SourceChanges = Readonly<{ clients?: SourceStatement['clients']; isRevoked?: boolean }>;

/** The statement of a source's next version. */
const nextOf = (
    existing: SourceStatement,
    publicKey: SourceStatement['publicKey'],
    { clients = existing.clients }: SourceChanges,
): SourceStatement => ({ ...existing, version: existing.version + 1, publicKey, clients });

/** The version that nobody signs: the regulator, who confirms it, ends a source whose key is lost or stolen. */
export const revocationOf = (existing: SourceStatement, changes: SourceChanges = {}): Source => ({
    statement: nextOf(existing, null, changes),
    oldSignature: null,
    newSignature: null,
});

/** The source's side: signs what it is, what was delivered under a leg of an agreement in a slot, or what a gas was worth. */
export class SourceSigner {
    readonly #sourceId: string;
    readonly #key: DocumentSigner;
    readonly #scope: SignatureScope;

    /** @param scope the exchange's: `market.ledger.scope('exchange')` */
    constructor(sourceId: string, key: DocumentSigner, scope: SignatureScope) {
        this.#sourceId = sourceId;
        this.#key = key;
        this.#scope = scope;
    }

    /** The source's first word: its key, and whose trades may name it. @throws InvalidError INPUT_INVALID {path, reason} */
    async registration(clients: SourceStatement['clients']): Promise<Source> {
        const { publicKey } = this.#key;
        const statement: SourceStatement = { sourceId: this.#sourceId, version: 1, publicKey, clients };
        return { statement, oldSignature: null, newSignature: await this.#signed(statement) };
    }

    /**
     * The source's next version.
     * @param next signs from then on; this one, unless another is given
     * @throws InvalidError INPUT_INVALID {path, reason}
     */
    async renewal(existing: SourceStatement, changes: SourceChanges, next: SourceSigner = this): Promise<Source> {
        const statement = next.#following(existing, changes);
        const oldSignature = await this.#signed(statement);
        return { statement, oldSignature, newSignature: await next.#signedUnlessRevoked(statement) };
    }

    /** The version in which this key takes the place of one that is lost or stolen: the regulator confirms it first. */
    async succession(existing: SourceStatement, changes: SourceChanges = {}): Promise<Source> {
        const statement = this.#following(existing, changes);
        return { statement, oldSignature: null, newSignature: await this.#signedUnlessRevoked(statement) };
    }

    /** @throws InvalidError INPUT_INVALID {path, reason} */
    async state(delivered: Omit<DeliveryStatement, 'sourceId'>): Promise<SignedDelivery> {
        const statement: DeliveryStatement = { ...delivered, sourceId: this.#sourceId };
        const body = translated(() => statementCodec.toJson(statement));
        return { statement, signature: await this.#sign('commonwatt/statement/1', body) };
    }

    /** A laboratory's signature under a calorific value. @throws InvalidError INPUT_INVALID {path, reason} */
    async attest(statement: CalorificStatement): Promise<Attestation> {
        const body = translated(() => calorificStatementCodec.toJson(statement));
        return { sourceId: this.#sourceId, signature: await this.#sign('commonwatt/calorific/1', body) };
    }

    #following(existing: SourceStatement, changes: SourceChanges): SourceStatement {
        const publicKey = changes.isRevoked === true ? null : this.#key.publicKey;
        return { ...nextOf(existing, publicKey, changes), sourceId: this.#sourceId };
    }

    async #signedUnlessRevoked(statement: SourceStatement): Promise<string | null> {
        return statement.publicKey === null ? null : await this.#signed(statement);
    }

    async #signed(statement: SourceStatement): Promise<string> {
        return await this.#sign(
            'commonwatt/source/1',
            translated(() => sourceStatementCodec.toJson(statement)),
        );
    }

    async #sign(domain: SignatureDomain, body: Json): Promise<string> {
        return (await signDocument(this.#key, domain, this.#scope, body)).signature;
    }
}
