import type { Charter } from '@commonwatt/chaincode/domain/charter';
import type { DatedRules, Rules } from '@commonwatt/chaincode/domain/rules';
import {
    charterCodec,
    datedRulesCodec,
    type EstablishCommand,
    establishCodec,
    rulesCodec,
} from '@commonwatt/chaincode/wire/charter';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { everyItem, type Ledger, NO_PARAMETERS, orNull } from './ledger.js';
import { RulesVersions } from './rules-versions.js';
import type { Committed } from './submitter.js';
import type { ChaincodeRole } from './transport.js';

/** The constitution of the market and the rules in force. */
export class CharterClient {
    readonly #ledger: Ledger;

    constructor(ledger: Ledger) {
        this.#ledger = ledger;
    }

    /**
     * Establishes the market at one of the two chaincodes; both need the same command. An administrator does it, once:
     * the same charter again changes nothing.
     * @throws ForbiddenError CALLER_NOT_ADMIN · InvalidError CHARTER_INVALID, RULES_INVALID · ConflictError
     * CHARTER_ESTABLISHED
     */
    async establishAt(role: ChaincodeRole, command: EstablishCommand): Promise<Committed<Charter>> {
        return await this.#ledger.submit(
            role,
            'charter:establish',
            () => establishCodec.encode(command),
            charterCodec.decode,
            async () => {
                const existing = await orNull(this.show(role));
                const wanted = charterCodec.encode(command.charter);
                return existing !== null && charterCodec.encode(existing) === wanted ? existing : null;
            },
        );
    }

    /** Establishes the market at both chaincodes. */
    async establish(command: EstablishCommand): Promise<Readonly<Record<ChaincodeRole, Committed<Charter>>>> {
        const supervision = await this.establishAt('supervision', command);
        const exchange = await this.establishAt('exchange', command);
        return { supervision, exchange };
    }

    /** @throws NotFoundError CHARTER_MISSING {} before the market is established */
    async show(role: ChaincodeRole = 'exchange'): Promise<Charter> {
        return await this.#ledger.evaluate(role, 'charter:show', () => NO_PARAMETERS, charterCodec.decode);
    }

    /** The rules in force. @throws NotFoundError CHARTER_MISSING {} */
    async rules(): Promise<Rules> {
        return await this.#ledger.evaluate('exchange', 'rules:show', () => NO_PARAMETERS, rulesCodec.decode);
    }

    async rulesPage(query: PageQuery): Promise<Page<DatedRules>> {
        return await this.#ledger.page('exchange', 'rules:list', query, datedRulesCodec);
    }

    async listRules(): Promise<readonly DatedRules[]> {
        return await everyItem((query) => this.rulesPage(query));
    }

    /** Every version of the rules. @throws InternalError RULES_MISSING {} before the market is established */
    async rulesVersions(): Promise<RulesVersions> {
        return new RulesVersions(await this.listRules());
    }
}
