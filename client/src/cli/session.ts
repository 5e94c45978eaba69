import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { ConnectionProfile } from '../connection-profile.js';
import { InvalidError } from '../errors.js';
import type { Identity } from '../identity.js';
import type { Market } from '../market.js';
import { isSlotIndex, parseSlot } from '../slot-time.js';
import type { Committed } from '../submitter.js';
import { WITHIN_MS } from '../transport.js';
import type { FileWallet } from '../wallet.js';
import { jsonText, printLine } from './output.js';
import { PreviewSubmitter } from './preview.js';
import { PLAIN_SLOTS, type SlotNames, timedSlots } from './slot-names.js';
import { profileFile, stateFolder, walletFolder } from './state-folder.js';

/** Options that verbs have in common. */
export type CommonOptions = Readonly<{
    state?: string;
    org?: string;
    profile?: string;
    as?: string;
    json?: boolean;
    args?: boolean;
    within?: number;
}>;

const isWholeId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** How long a verb waits for a network that does not answer, where `--within` does not say it. */
export const WITHIN_S = WITHIN_MS / 1_000;

/** Name under which the profile's administrator is used. */
const ADMIN = 'admin';

/**
 * One run of a verb: the organisation, identity and connection that its options name. What connects to a network is
 * loaded when a verb asks for it.
 */
export class Session {
    readonly #options: CommonOptions;
    #profile: Promise<ConnectionProfile> | undefined;
    #market: Promise<Market> | undefined;

    constructor(options: CommonOptions) {
        this.#options = options;
    }

    /** The profile of `--profile`, else of `--org`. @throws InvalidError OPTION_MISSING {option} */
    async profile(): Promise<ConnectionProfile> {
        this.#profile ??= this.#readProfile();
        return await this.#profile;
    }

    /** The organisation's wallet. */
    async wallet(): Promise<FileWallet> {
        const { org } = await this.profile();
        const { FileWallet } = await import('../wallet.js');
        return new FileWallet(walletFolder(stateFolder(this.#options.state), org));
    }

    /** Name given by `--as`. @throws InvalidError OPTION_MISSING {option} */
    get identityName(): string {
        return this.#options.as ?? missing('--as');
    }

    async market(): Promise<Market> {
        this.#market ??= this.#connect();
        return await this.#market;
    }

    /** A slot given as index, or as UTC time on the charter's grid. */
    async slot(text: string): Promise<SlotIndex> {
        const grid = isSlotIndex(text) ? { slotMinutes: 1 } : await (await this.market()).charter.show();
        return parseSlot(text, grid);
    }

    /** How slots are written for people: with the local time at which they begin. */
    async slotNames(): Promise<SlotNames> {
        return this.#options.json === true ? PLAIN_SLOTS : timedSlots(await (await this.market()).charter.show());
    }

    /** The full id of an agreement, which people may give by its first digits. @throws NotFoundError AGREEMENT_MISSING · InvalidError ID_AMBIGUOUS */
    async agreementId(text: string): Promise<string> {
        return isWholeId(text) ? text : await (await this.market()).agreements.find(text);
    }

    /** Prints a result: the value with `--json`, else the lines. */
    print(value: unknown, lines: readonly string[]): void {
        for (const line of this.#options.json === true ? [jsonText(value, 2)] : lines) {
            printLine(line);
        }
    }

    /** Prints one of many results, each on its own line. */
    printEach(value: unknown, line: string): void {
        printLine(this.#options.json === true ? jsonText(value) : line);
    }

    /** Prints what is now on the ledger, and where. */
    printCommitted(
        done: Committed<unknown> & Readonly<{ factHash?: string }>,
        what: string,
        more: readonly string[] = [],
    ): void {
        const { blockNumber, transactionId } = done;
        const place = blockNumber === null ? 'already on the ledger' : `block ${String(blockNumber)}`;
        this.print(done, [`${what} (${place}, transaction ${transactionId})`, ...more]);
    }

    async close(): Promise<void> {
        const market = await this.#market?.catch(() => undefined);
        market?.close();
    }

    #profileFile(): string {
        const { profile, org, state } = this.#options;
        return profile ?? profileFile(stateFolder(state), org ?? missing('--org or --profile'));
    }

    async #readProfile(): Promise<ConnectionProfile> {
        const file = this.#profileFile();
        const { readConnectionProfile } = await import('../connection-profile.js');
        return await readConnectionProfile(file);
    }

    async #connect(): Promise<Market> {
        const profile = await this.profile();
        const identity = await this.#identity(profile);
        const { connect } = await import('../market.js');
        return await connect({
            profile,
            identity,
            withinMs: (this.#options.within ?? WITHIN_S) * 1_000,
            ...(this.#options.args === true ? { submitter: new PreviewSubmitter() } : {}),
        });
    }

    async #identity(profile: ConnectionProfile): Promise<Identity> {
        const name = this.identityName;
        const { adminIdentity, identityOf } = await import('../identity.js');
        return name === ADMIN ? await adminIdentity(profile) : identityOf(await (await this.wallet()).get(name));
    }
}

function missing(option: string): never {
    throw new InvalidError({ code: 'OPTION_MISSING', operands: { option } });
}
