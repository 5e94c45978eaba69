import type { Conformity, ConformityStatement } from '@commonwatt/chaincode/domain/conformity';
import {
    certifyCodec,
    conformityCodec,
    conformityRefCodec,
    conformityStatementCodec,
} from '@commonwatt/chaincode/wire/conformity';
import { decodePage, type Page, type PageQuery, pointPageQueryCodec } from '@commonwatt/chaincode/wire/query';
import { CommonwattError, translated } from './errors.js';
import { everyItem, type Ledger } from './ledger.js';
import { numbered } from './numbered.js';
import type { Committed } from './submitter.js';

/** Which device, and which standard. */
export type ConformityRef = Readonly<{ pointId: string; standardId: string }>;

/** Certificates of conformity, which the regulator's reviewers sign; numbered per device and standard. */
export class ConformityClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Certifies a device up to a power and until a slot; a later certificate replaces it.
     * @throws ForbiddenError CALLER_NOT_SEATED · NotFoundError STANDARD_MISSING · ConflictError CONFORMITY_CONFLICT
     */
    async certify(about: Omit<ConformityStatement, 'sequence' | 'status'>): Promise<Committed<Conformity>> {
        const last = (await this.#latest(about))?.statement;
        return await this.#state('certify', following(last, { ...about, status: 'certified' }));
    }

    /**
     * Withdraws a certificate: the device sells nothing any more where the rules demand it.
     * @throws ForbiddenError CALLER_NOT_SEATED, CONFORMITY_MISSING · ConflictError CONFORMITY_CONFLICT
     */
    async withdraw(about: ConformityRef, reasonCode: string): Promise<Committed<Conformity>> {
        const { statement } = await this.show(about);
        return await this.#state('withdraw', following(statement, { ...statement, status: 'withdrawn', reasonCode }));
    }

    /** @throws ForbiddenError CONFORMITY_MISSING {deviceId, standardId, status} */
    async show({ pointId, standardId }: ConformityRef): Promise<Conformity> {
        return await this.#ledger.evaluate(
            'supervision',
            'conformity:show',
            () => conformityRefCodec.encode({ pointId, standardId }),
            conformityCodec.decode,
        );
    }

    /** A page of the certificates of one device. */
    async page(query: PageQuery, pointId: string): Promise<Page<Conformity>> {
        return await this.#ledger.evaluate(
            'supervision',
            'conformity:list',
            () => pointPageQueryCodec.encode({ ...query, pointId }),
            (payload) => decodePage(payload, conformityCodec),
        );
    }

    async list(pointId: string): Promise<readonly Conformity[]> {
        return await everyItem((query) => this.page(query, pointId));
    }

    async #state(verb: 'certify' | 'withdraw', statement: ConformityStatement): Promise<Committed<Conformity>> {
        const body = translated(() => conformityStatementCodec.toJson(statement));
        const { keyId, signature } = await this.#ledger.sign('commonwatt/conformity/1', 'supervision', body);
        return await this.#ledger.submit(
            'supervision',
            `conformity:${verb}`,
            () => certifyCodec.encode({ statement, signature }),
            conformityCodec.decode,
            async () => {
                const now = await this.#latest(statement);
                return now?.statement.sequence === statement.sequence && now.keyId === keyId ? now : null;
            },
        );
    }

    async #latest(about: ConformityRef): Promise<Conformity | null> {
        try {
            return await this.show(about);
        } catch (error) {
            if (error instanceof CommonwattError && error.code === 'CONFORMITY_MISSING') {
                return null;
            }
            throw error;
        }
    }
}

const following = (
    last: ConformityStatement | undefined,
    content: Omit<ConformityStatement, 'sequence'>,
): ConformityStatement =>
    numbered(
        conformityStatementCodec,
        last,
        (stated) => stated.sequence,
        (sequence) => ({ ...content, sequence }),
    );
