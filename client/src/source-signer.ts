import type { DeliveryStatement, SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { statementCodec } from '@commonwatt/chaincode/wire/statement';
import type { SignatureScope } from '@commonwatt/chaincode/wire/signature';
import { type DocumentSigner, signDocument } from './document-signer.js';
import { translated } from './errors.js';

/** The source's side of a receipt: signs what was delivered under a leg of an agreement in a slot. */
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
}
