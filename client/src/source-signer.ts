import type { Attestation, CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import type { DeliveryStatement, SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { statementCodec } from '@commonwatt/chaincode/wire/statement';
import { calorificStatementCodec } from '@commonwatt/chaincode/wire/calorific';
import type { SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { translated } from './errors.js';

/** The source's side: signs what was delivered under a leg of an agreement in a slot, or what a gas was worth. */
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

    /** @throws InvalidError INPUT_INVALID {path, reason} */
    async state(delivered: Omit<DeliveryStatement, 'sourceId'>): Promise<SignedDelivery> {
        const statement: DeliveryStatement = { ...delivered, sourceId: this.#sourceId };
        const body = translated(() => statementCodec.toJson(statement));
        const { signature } = await signDocument(this.#key, 'commonwatt/statement/1', this.#scope, body);
        return { statement, signature };
    }

    /** A laboratory's signature under a calorific value. @throws InvalidError INPUT_INVALID {path, reason} */
    async attest(statement: CalorificStatement): Promise<Attestation> {
        const body = translated(() => calorificStatementCodec.toJson(statement));
        const { signature } = await signDocument(this.#key, 'commonwatt/calorific/1', this.#scope, body);
        return { sourceId: this.#sourceId, signature };
    }
}
