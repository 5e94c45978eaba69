import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import type { Carrier, Charter } from '@commonwatt/chaincode/domain/charter';
import type { ErrorCode } from '@commonwatt/chaincode/domain/errors';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { depositCodec } from '@commonwatt/chaincode/wire/account';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { advanceCodec } from '@commonwatt/chaincode/wire/clock';
import { reconcileCodec } from '@commonwatt/chaincode/wire/reconciliation';
import { settlementCodec, settlementQueryCodec } from '@commonwatt/chaincode/wire/settlement';
import { decodeError, type WireError } from '@commonwatt/chaincode/wire/errors';
import type { ExchangeVerb, SupervisionVerb } from '@commonwatt/chaincode/wire/verbs';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { type Endorsement, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { CAST_KEYS } from './cast-keys.js';
import { withFolds } from './folds.js';
import * as commands from './market-commands.js';
import { CHARTER, RULES } from './sample-market.js';
import { SigningKey } from './signing-key.js';
import { createMember, type Identity } from './stub-identity.js';

export type ChaincodeName = 'exchange' | 'supervision';
type Verb<Name extends ChaincodeName> = Name extends 'exchange' ? ExchangeVerb : SupervisionVerb;

/** Money that every participant of a ready market brings. */
export const DEPOSIT_NANO = 10_000_000_000n;

async function createCast(): Promise<Readonly<Record<string, Identity>>> {
    const members = [
        ['operatorAdmin', 'OperatorMSP', 'admin'],
        ['communityAdmin', 'CommunityMSP', 'admin'],
        ['supplierAdmin', 'SupplierMSP', 'admin'],
        ['regulatorAdmin', 'RegulatorMSP', 'admin'],
        ['outsideAdmin', 'ElsewhereMSP', 'admin'],
        ['reviewer', 'RegulatorMSP', 'client'],
        ['dispatcher', 'OperatorMSP', 'client'],
        ['metering', 'OperatorMSP', 'client'],
        ['settlement', 'OperatorMSP', 'client'],
        ['platform', 'OperatorMSP', 'client'],
        ['operator-voter', 'OperatorMSP', 'client'],
        ['community-voter', 'CommunityMSP', 'client'],
        ['supplier-voter', 'SupplierMSP', 'client'],
        ['regulator-voter', 'RegulatorMSP', 'client'],
        ['grid', 'OperatorMSP', 'client'],
        ['solar', 'CommunityMSP', 'client'],
        ['anna', 'CommunityMSP', 'client'],
        ['bert', 'CommunityMSP', 'client'],
        ['retail', 'SupplierMSP', 'client'],
        ['stranger', 'CommunityMSP', 'client'],
    ] as const;
    const identities = await Promise.all(
        members.map(async ([name, mspId, role]) => [name, await createMember(mspId, name, role)] as const),
    );
    identities.forEach(([name, { key }]) => CAST_KEYS.set(name, key));
    return Object.fromEntries(identities);
}
const cast = createCast();

/** A channel with both chaincodes and the people of a small market. Certificates are shared by all tests of a run. */
export class StubMarket {
    readonly ledger: LedgerDouble;
    /** Keys of the meters, by metering point. */
    readonly meters: Map<string, SigningKey>;
    readonly #people: Readonly<Record<string, Identity>>;
    /** Markets that tests begin with: each is built once and copied. */
    static readonly #templates = new Map<string, Promise<StubMarket>>();

    private constructor(
        people: Readonly<Record<string, Identity>>,
        ledger: LedgerDouble,
        meters: ReadonlyMap<string, SigningKey>,
    ) {
        this.#people = people;
        this.ledger = ledger;
        this.meters = new Map(meters);
    }

    /** Nothing is established. */
    static async bare(): Promise<StubMarket> {
        const chaincodes = { exchange: exchangeChaincode(), supervision: supervisionChaincode() };
        return new StubMarket(await cast, new LedgerDouble('market', chaincodes), new Map());
    }

    /** The same people on a ledger of their own that begins where this one is. */
    copy(): StubMarket {
        return new StubMarket(this.#people, this.ledger.copy(), this.meters);
    }

    static async #copyOf(name: string, build: () => Promise<StubMarket>): Promise<StubMarket> {
        const template = StubMarket.#templates.get(name) ?? build();
        StubMarket.#templates.set(name, template);
        const { ledger, meters } = await template;
        return new StubMarket(await cast, ledger.copy(), meters);
    }

    /** The charter stands and every seat has its officer. */
    static established(charter: Charter = CHARTER, rules: Rules = RULES): Promise<StubMarket> {
        const command = commands.establish(charter, rules);
        return StubMarket.#copyOf(`established ${command}`, () => StubMarket.#establish(command));
    }

    /** The charter stands and is confirmed by the administrators of all organisations, at both chaincodes. */
    async constitute(command = commands.establish()): Promise<void> {
        for (const chaincode of ['supervision', 'exchange'] as const) {
            await this.do('operatorAdmin', chaincode, 'charter:establish', command);
            for (const name of commands.ADMINISTRATORS) {
                await this.do(name, chaincode, 'charter:confirm', commands.confirm(command));
            }
        }
    }

    static async #establish(command: string): Promise<StubMarket> {
        const market = await StubMarket.bare();
        await market.constitute(command);
        const reviewer = commands.grantSeat('reviewer', market.who('reviewer'));
        await market.do('regulatorAdmin', 'supervision', 'seat:grant', reviewer);
        for (const kind of ['dispatcher', 'metering', 'settlement', 'platform'] as const) {
            const seat = commands.grantSeat(kind, market.who(kind));
            await market.do('operatorAdmin', 'supervision', 'seat:grant', seat);
        }
        return market;
    }

    /** Four participants are qualified, metered and have money; a standing verdict covers ordinary trade. */
    static ready(charter: Charter = CHARTER, rules: Rules = RULES): Promise<StubMarket> {
        const name = `ready ${commands.establish(charter, rules)}`;
        return StubMarket.#copyOf(name, () => StubMarket.#makeReady(charter, rules));
    }

    static async #makeReady(charter: Charter, rules: Rules): Promise<StubMarket> {
        const market = await StubMarket.established(charter, rules);
        const participants = {
            solar: 'prosumer',
            anna: 'consumer',
            bert: 'prosumerWithStorage',
            retail: 'energySeller',
        } as const;
        for (const [name, kind] of Object.entries(participants)) {
            const application = commands.apply(market.who(name), name, kind);
            await market.do(name, 'exchange', 'participant:apply', application);
            const qualification = commands.qualify(market.who('reviewer'), name);
            await market.do('reviewer', 'supervision', 'qualification:grant', qualification);
            await market.registerMeter(name, 'electricity', name !== 'retail');
            await market.deposit(name, DEPOSIT_NANO);
        }
        await market.do('reviewer', 'supervision', 'verdict:standing', commands.standing(market.who('reviewer')));
        return market;
    }

    who(name: string): Identity {
        return required(this.#people[name], `a member called ${name}`);
    }

    get people(): Readonly<Record<string, Identity>> {
        return this.#people;
    }

    /** Endorses without committing. */
    endorse<Name extends ChaincodeName>(
        name: string,
        chaincode: Name,
        verb: Verb<Name>,
        command: string,
    ): Promise<Endorsement> {
        const folded = verb === 'agreement:conclude' ? withFolds(this.ledger, command) : command;
        return this.ledger.endorse({ chaincode, args: [verb, folded], creator: this.who(name).creator });
    }

    /** Submits what must succeed. */
    async do<Name extends ChaincodeName>(
        name: string,
        chaincode: Name,
        verb: Verb<Name>,
        command: string,
    ): Promise<Endorsement> {
        const answer = await this.endorse(name, chaincode, verb, command);
        expect(answer.message, `${chaincode} ${verb}`).to.equal('');
        if (answer.writes.length > 0) {
            expect(this.ledger.commit(answer)).to.equal('VALID');
        }
        return answer;
    }

    /** Submits what must be refused with this code; a refusal writes nothing and emits nothing. */
    async refused<Name extends ChaincodeName>(
        code: ErrorCode,
        name: string,
        chaincode: Name,
        verb: Verb<Name>,
        command: string,
    ): Promise<WireError> {
        const answer = await this.endorse(name, chaincode, verb, command);
        return refusal(answer, code);
    }

    /** What a query answers. */
    async ask<Name extends ChaincodeName>(chaincode: Name, verb: Verb<Name>, query = '{}'): Promise<unknown> {
        const answer = await this.endorse('stranger', chaincode, verb, query);
        expect(answer.message, `${chaincode} ${verb}`).to.equal('');
        expect(answer.writes, 'a query writes nothing').to.deep.equal([]);
        return JSON.parse(answer.payload);
    }

    /** A record of the exchange as its bytes. */
    stored(key: string): string {
        return required(this.ledger.read('exchange', key), key).value.toString('utf8');
    }

    /** What three organisations with code of their own can write: anything under a key without a policy of its own. */
    async overwrite(key: string, value: string): Promise<void> {
        const answer = await this.endorse('stranger', 'exchange', 'charter:show', '{}');
        const writes = [{ chaincode: 'exchange', key, value, policy: null }];
        expect(this.ledger.commit({ ...answer, writes })).to.equal('VALID');
    }

    async registerMeter(participantId: string, carrier: 'electricity' | 'heat', metered: boolean): Promise<void> {
        const point = commands.pointOf(participantId, carrier);
        const meter = metered ? new SigningKey() : null;
        if (meter !== null) {
            this.meters.set(point.pointId, meter);
        }
        await this.do('metering', 'exchange', 'meter:register', commands.registerMeter(point, meter));
    }

    async deposit(participantId: string, nano: bigint, paymentId = `pay-${participantId}`): Promise<void> {
        const deposit = depositCodec.encode({ paymentId, participantId, amountNano: amountNano(nano) });
        await this.do('settlement', 'exchange', 'account:deposit', deposit);
    }

    /** Slots begin, by the platform's word. */
    async advance(fromSlot: number, toSlot = fromSlot): Promise<void> {
        await this.do('platform', 'exchange', 'clock:advance', advanceCodec.encode({ fromSlot, toSlot }));
    }

    /** A reading signed by the point's meter. */
    reading(
        pointId: string,
        slot: number,
        importWh: bigint,
        exportWh: bigint,
    ): ReturnType<typeof commands.signReading> {
        const meter = required(this.meters.get(pointId), `a meter at ${pointId}`);
        return commands.signReading(meter, commands.readingOf(pointId, slot, importWh, exportWh));
    }

    async settle(slot: number, carrier: 'electricity' | 'heat' = 'electricity'): Promise<Endorsement> {
        return this.do('stranger', 'exchange', 'settlement:run', canonicalJson({ carrier, slot }));
    }

    /** Settles a slot again. */
    async reconcile(slot: number, run: number, carrier: Carrier = 'electricity'): Promise<Settlement> {
        const command = reconcileCodec.encode({ carrier, slot, run });
        await this.do('stranger', 'exchange', 'settlement:reconcile', command);
        return this.settlement(slot, carrier, run);
    }

    /** The result of a run, the latest unless told otherwise. */
    async settlement(slot: number, carrier: Carrier = 'electricity', run: number | null = null): Promise<Settlement> {
        const query = settlementQueryCodec.encode({ carrier, slot, run });
        const { payload, message } = await this.endorse('stranger', 'exchange', 'settlement:show', query);
        expect(message, 'settlement:show').to.equal('');
        return settlementCodec.decode(payload);
    }
}

/** Expects a coded refusal that leaves nothing behind. */
export function refusal(answer: Endorsement, code: ErrorCode): WireError {
    expect(answer.status, answer.payload).to.equal(500);
    const error = required(decodeError(answer.message), answer.message);
    expect(error.code, answer.message).to.equal(code);
    expect(answer.writes, 'a refusal writes nothing').to.deep.equal([]);
    expect(answer.event, 'a refusal emits nothing').to.equal(null);
    return error;
}

function required<Value>(value: Value | null | undefined, what: string): Value {
    if (value == null) {
        throw new Error(`there is no ${what}`);
    }
    return value;
}
