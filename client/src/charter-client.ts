import type { Charter } from '@commonwatt/chaincode/domain/charter';
import { demandInForce, type EstablishedCharter } from '@commonwatt/chaincode/domain/established-charter';
import type { DatedRules, Rules } from '@commonwatt/chaincode/domain/rules';
import {
    charterHashOf,
    confirmCodec,
    datedRulesCodec,
    establishCodec,
    type EstablishCommand,
    establishedCharterCodec,
    rulesCodec,
} from '@commonwatt/chaincode/wire/charter';
import type { Page, PageQuery } from '@commonwatt/chaincode/wire/query';
import { ConflictError, translated } from './errors.js';
import { everyItem, type Ledger, NO_PARAMETERS, orNull } from './ledger.js';
import { RulesVersions } from './rules-versions.js';
import type { Committed } from './submitter.js';
import type { ChaincodeRole, Transport } from './transport.js';

type AtBoth = Readonly<Record<ChaincodeRole, Committed<EstablishedCharter>>>;

/** The constitution of the market and the rules in force. */
export class CharterClient {
    readonly #ledger: Ledger;
    readonly #transport: Transport;
    readonly #mspId: string;

    /** @param mspId the organisation of whoever calls */
    constructor(ledger: Ledger, transport: Transport, mspId: string) {
        this.#ledger = ledger;
        this.#transport = transport;
        this.#mspId = mspId;
    }

    /**
     * Establishes the market at one of the two chaincodes, as an administrator, the weak centre first; both need the same
     * command. It comes into force when every organisation has confirmed it; until then, another one takes its place.
     * @throws ForbiddenError CALLER_NOT_ADMIN · InvalidError CHARTER_INVALID, RULES_INVALID · ConflictError
     * CHARTER_ESTABLISHED, CHARTER_DIFFERS, ADMINISTRATORS_DIFFER {mspIds}
     */
    async establishAt(role: ChaincodeRole, command: EstablishCommand): Promise<Committed<EstablishedCharter>> {
        await this.#demandChannelAdministrators(command.charter);
        return await this.#ledger.submit(
            role,
            'charter:establish',
            () => establishCodec.encode(command),
            establishedCharterCodec.decode,
            async () => {
                const existing = await orNull(this.established(role));
                return existing?.charterHash === charterHashOf(command) ? existing : null;
            },
        );
    }

    /** Establishes the market at both chaincodes. */
    async establish(command: EstablishCommand): Promise<AtBoth> {
        const supervision = await this.establishAt('supervision', command);
        const exchange = await this.establishAt('exchange', command);
        return { supervision, exchange };
    }

    /**
     * Confirms the charter of a hash at one of the two chaincodes in the name of the own organisation, as its administrator,
     * at the weak centre first.
     * @throws ForbiddenError CALLER_NOT_ADMIN · NotFoundError CHARTER_MISSING · ConflictError CHARTER_DIFFERS,
     * CHARTER_UNCONFIRMED, ADMINISTRATORS_DIFFER {mspIds}
     */
    async confirmAt(role: ChaincodeRole, charterHash: string): Promise<Committed<EstablishedCharter>> {
        await this.#demandChannelAdministrators((await this.established(role)).charter);
        return await this.#ledger.submit(
            role,
            'charter:confirm',
            () => confirmCodec.encode({ charterHash }),
            establishedCharterCodec.decode,
            async () => {
                const existing = await this.established(role);
                const isConfirmed = existing.confirmedBy.includes(this.#mspId);
                return existing.charterHash === charterHash && isConfirmed ? existing : null;
            },
        );
    }

    /** Confirms the charter of a hash at both chaincodes. */
    async confirm(charterHash: string): Promise<AtBoth> {
        const supervision = await this.confirmAt('supervision', charterHash);
        const exchange = await this.confirmAt('exchange', charterHash);
        return { supervision, exchange };
    }

    /** The charter as it stands, in force or not, and who has confirmed it. @throws NotFoundError CHARTER_MISSING {} */
    async established(role: ChaincodeRole = 'exchange'): Promise<EstablishedCharter> {
        return await this.#ledger.evaluate(role, 'charter:show', () => NO_PARAMETERS, establishedCharterCodec.decode);
    }

    /**
     * The charter in force, which never changes.
     * @throws NotFoundError CHARTER_MISSING {} before the market is established · ConflictError CHARTER_UNCONFIRMED
     * {charterHash, missing} before every organisation has confirmed it
     */
    async show(role: ChaincodeRole = 'exchange'): Promise<Charter> {
        const established = await this.established(role);
        translated(() => {
            demandInForce(established);
        });
        return established.charter;
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

    /** Who acts for an organisation in the market is who acts for it on the channel. */
    async #demandChannelAdministrators(charter: Charter): Promise<void> {
        const { administratorsOfChannel, differingAdministrators } = await import('./auditor/administrators.js');
        const mspIds = differingAdministrators(charter, await administratorsOfChannel(this.#transport));
        if (mspIds.length > 0) {
            throw new ConflictError({ code: 'ADMINISTRATORS_DIFFER', operands: { mspIds } });
        }
    }
}
