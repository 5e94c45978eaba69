import type { Agreement, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Execution } from '@commonwatt/chaincode/domain/escrow';
import { FINAL_STATES } from '@commonwatt/chaincode/domain/lifecycle';
import type { Settlement } from '@commonwatt/chaincode/domain/settlement';
import { agreementCodec, consentDocument } from '@commonwatt/chaincode/wire/agreement';
import { documentHashOf } from '@commonwatt/chaincode/wire/signature';
import type { Halt } from '@commonwatt/chaincode/domain/halt';
import type { Offer } from '@commonwatt/chaincode/domain/offer';
import { haltCodec } from '@commonwatt/chaincode/wire/halt';
import { worstCase } from '@commonwatt/chaincode/domain/worst-case';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { mandateCodec } from '@commonwatt/chaincode/wire/mandate';
import { offerCodec } from '@commonwatt/chaincode/wire/offer';
import { executionCodec } from '@commonwatt/chaincode/wire/escrow';
import { settlementCodec, slotClaimsCodec } from '@commonwatt/chaincode/wire/settlement';
import { moneyIn } from '../support/held-money.js';
import type { Event } from '@commonwatt/chaincode/ledger-double';
import type { Endorsement, LedgerDouble } from '@commonwatt/chaincode/ledger-double';
import { Journal } from './journal.js';
import type { Tally } from './tally.js';
import { LoadWatch } from './loads.js';
import { must, sum } from './broken.js';
import { CorrectionWatch } from './corrected.js';
import { DutyWatch } from './duties.js';
import { SettlementWatch } from './settled.js';
import { sparedLegs } from './run-facts.js';

/** What brings energy into force. */
const LOADING_VERBS = new Set(['agreement:fund', 'amendment:enact']);

/** Records that are there only as long as what they note. */
const MAY_GO: readonly string[] = ['credit', 'indebtedness'];
/** Records that are written once and stay. */
const FIXED = [
    'settlement',
    'deposit',
    'cover-transfer',
    'cover-draw',
    'lane-filling',
    'subsidy-payment',
    'payment',
    'reading',
    'estimate',
    'tick',
    'commitment',
    'amendment',
    'withdrawal',
    'force-majeure',
    'meter-exchange',
    'key-succession',
    'screening',
];

/**
 * Looks at every transaction between endorsement and commit, and holds what is true of all of them. It keeps the books
 * from the texts of the records alone and knows who signed what, because it was there.
 */
export class Watch {
    readonly #ledger: LedgerDouble;
    readonly #tally: Tally;
    readonly #balances = new Map<string, bigint>();
    readonly #signers = new Map<string, Set<string>>();
    readonly #withdrawn = new Set<string>();
    readonly #agreements = new Map<string, Agreement>();
    readonly #executions = new Map<string, Execution>();
    readonly #settlementWatch: SettlementWatch;
    readonly #correctionWatch: CorrectionWatch;
    readonly #dutyWatch: DutyWatch;
    readonly #loadWatch: LoadWatch;
    readonly settlements: Settlement[] = [];
    readonly journal = new Journal();

    constructor(ledger: LedgerDouble, tally: Tally) {
        this.#ledger = ledger;
        this.#tally = tally;
        this.#correctionWatch = new CorrectionWatch(tally);
        this.#dutyWatch = new DutyWatch(ledger, tally);
        this.#loadWatch = new LoadWatch(ledger, tally);
        this.#settlementWatch = new SettlementWatch(tally, this.#agreements, this.#executions);
        for (const [key, { value }] of ledger.range('exchange', ' ', '~')) {
            const text = value.toString('utf8');
            this.journal.record(key, text);
            for (const [account, nano] of moneyIn(`exchange/${key}`, text)) {
                this.#add(account, nano);
            }
        }
    }

    /** A party has really signed terms, whatever is sent to the market later. */
    signed(termsHash: string, participantId: string): void {
        const signers = this.#signers.get(termsHash) ?? new Set();
        this.#signers.set(termsHash, signers.add(participantId));
    }

    agreement(agreementId: string): Agreement | undefined {
        return this.#agreements.get(agreementId);
    }

    execution(agreementId: string): Execution | undefined {
        return this.#executions.get(agreementId);
    }

    get executions(): readonly Execution[] {
        return [...this.#executions.values()];
    }

    get agreements(): readonly Agreement[] {
        return [...this.#agreements.values()];
    }

    /** Every halt that was ever set, as it ended. */
    halts(): Halt[] {
        return ['exchange', 'supervision'].flatMap((chaincode) =>
            this.#ledger
                .range(chaincode, 'halt-period/', 'halt-period0')
                .map(([, { value }]) => haltCodec.decode(value.toString('utf8'))),
        );
    }

    balance(account: string): bigint {
        return this.#balances.get(account) ?? 0n;
    }

    /** Judges the writes of a transaction that is about to be committed. */
    commits(verb: string, { writes, event }: Pick<Endorsement, 'writes' | 'event'>): void {
        this.#loadWatch.admitted(writes, this.#funded());
        const moved = new Map<string, bigint>();
        for (const { chaincode, key, value } of writes) {
            const before = this.#ledger.read(chaincode, key)?.value.toString('utf8') ?? null;
            this.#move(`${chaincode}/${key}`, before, value, moved);
            this.#note(key, event, value);
            this.#checkRecord(verb, key, before, value);
        }
        if (LOADING_VERBS.has(verb)) {
            for (const { value } of writes.filter(({ key }) => key.startsWith('execution/'))) {
                this.#checkEntered(executionCodec.decode(value ?? ''));
            }
        }
        if (!writes.some(({ key }) => key.startsWith('settlement/'))) {
            this.journal.moved(moved);
        }
        this.#correctionWatch.checkCaps((agreementId) => this.#found(agreementId).terms.defaultCapNano);
        must(sum([...moved.values()]) === 0n, 'every posting has its counterpart', { verb });
        for (const account of moved.keys()) {
            const mayOwe = /^(cover|system)\//.test(account);
            must(mayOwe || this.balance(account) >= 0n, 'free accounts and escrow are not negative', { verb, account });
        }
    }

    /** Books what a record holds after a transaction and did not hold before. */
    #move(name: string, before: string | null, after: string | null, moved: Map<string, bigint>): void {
        const changes = [
            ...(before === null ? [] : moneyIn(name, before)).map(([account, nano]) => [account, -nano] as const),
            ...(after === null ? [] : moneyIn(name, after)),
        ];
        for (const [account, nano] of changes) {
            this.#add(account, nano);
            moved.set(account, (moved.get(account) ?? 0n) + nano);
        }
    }

    #funded(): { terms: Terms; endSlot: number }[] {
        return this.executions.flatMap(({ agreementId, state, endSlot }) =>
            state === 'concluded' || state === 'lapsed' ? [] : [{ terms: this.#found(agreementId).terms, endSlot }],
        );
    }

    #add(account: string, nano: bigint): void {
        this.#balances.set(account, this.balance(account) + nano);
    }

    /** Keeps what a second settlement needs to know of the first. */
    #note(key: string, event: Event | null, after: string | null): void {
        if (after === null) {
            return;
        }
        const [type = '', id = ''] = key.split('/');
        const current = this.#agreements.get(id);
        const isFunded = this.#executions.get(id)?.state === 'inForce';
        if (type === 'agreement' && current !== undefined && isFunded && event !== null) {
            this.journal.replaced(current, (JSON.parse(event.payload) as { fromSlot: number }).fromSlot);
        }
        this.journal.record(key, after);
        if (type === 'settlement') {
            this.journal.settled(settlementCodec.decode(after), this.#ledger);
        }
    }

    #checkRecord(verb: string, key: string, before: string | null, after: string | null): void {
        const [type = ''] = key.split('/');
        must(after !== null || MAY_GO.includes(type), 'nothing but spent credits and paid debts is deleted', {
            verb,
            key,
        });
        must(before === null || !FIXED.includes(type), 'what is written once is not written again', { verb, key });
        if (after === null) {
            return;
        }
        switch (type) {
            case 'agreement':
                this.#checkTerms(agreementCodec.decode(after));
                break;
            case 'withdrawal':
                this.#withdrawn.add(key);
                break;
            case 'execution':
                this.#checkExecution(verb, executionCodec.decode(after));
                break;
            case 'settlement':
                this.#checkSettlement(settlementCodec.decode(after));
                break;
            case 'payout':
                this.#checkPayout(before, JSON.parse(after) as { participantId: string });
                break;
            case 'offer':
                this.#checkOffer(verb, offerCodec.decode(after));
                break;
            case 'claims':
                this.#correctionWatch.drawn(key, slotClaimsCodec.decode(after));
                break;
        }
    }

    #checkTerms(agreement: Agreement): void {
        const { agreementId, terms, termsHash, consents } = agreement;
        for (const { participantId } of terms.parties) {
            const consent = consents.find((each) => each.participantId === participantId);
            const signed = this.#signers.get(termsHash)?.has(participantId) ?? false;
            must(signed && consent !== undefined, 'every party signed the terms', { agreementId, participantId });
            const documentHash = documentHashOf(consentDocument(terms, agreementId));
            const withdrawn = this.#withdrawn.has(`withdrawal/${documentHash}/${participantId}/${consent.keyId}`);
            must(!withdrawn, 'no party had withdrawn its signature', { agreementId, participantId });
            if (consent.mandateId !== null) {
                this.#checkMandate(agreement, participantId, consent.mandateId);
            }
        }
        const known = this.#agreements.get(agreementId);
        this.#dutyWatch.agreed(agreement, known?.terms);
        if (known === undefined) {
            this.#tally.saw(`agreements of ${terms.parties.length} parties`);
            this.#tally.saw(`agreements of ${terms.legs.length} legs`);
            this.#tally.saw('agreements with conversions', terms.conversions.length > 0 ? 1 : 0);
            this.#tally.saw('agreements verified by a source', terms.verification === 'meters' ? 0 : 1);
            for (const carrier of new Set(terms.legs.map((leg) => leg.carrier))) {
                this.#tally.saw(`agreements on ${carrier}`);
            }
        } else {
            must(terms.version > known.terms.version, 'versions follow each other', { agreementId });
            this.#checkBegun(known.terms, terms);
        }
        this.#agreements.set(agreementId, agreement);
    }

    /** Who signs for another does so within what that one allowed and has not taken back. */
    #checkMandate(agreement: Agreement, principalId: string, mandateId: string): void {
        const text = this.#ledger.read('exchange', `mandate/${principalId}/${mandateId}`)?.value.toString('utf8');
        must(text !== undefined, 'an agent signs under a mandate', { principalId, mandateId });
        const { statement, isRevoked } = mandateCodec.decode(text);
        must(!isRevoked && statement.principalId === principalId, 'a mandate is in force', { principalId, mandateId });
        const { terms } = agreement;
        const others = [...this.#agreements.values()].filter(
            ({ agreementId, consents }) =>
                agreementId !== agreement.agreementId && consents.some((consent) => consent.mandateId === mandateId),
        );
        const bound = [...others, agreement];
        for (const slot of slotsOf(terms)) {
            const used = sum(bound.map((each) => energyOf(each.terms, principalId, slot)));
            must(used <= statement.slotEnergyMaxWh, 'agents stay within the energy', { principalId, slot });
        }
        const worst = bound.map((each) => worstCase(each.terms, principalId));
        must(
            sum(worst.map(({ costNano }) => costNano)) <= statement.totalCostMaxNano &&
                sum(worst.map(({ defaultNano }) => defaultNano)) <= statement.totalDefaultMaxNano,
            'agents stay within what they may cost',
            { principalId },
        );
        const own = terms.parties.find((party) => party.participantId === principalId);
        must(own !== undefined && statement.lanes.includes(own.lane), 'agents stay within lanes', { principalId });
        checkLegs(terms, statement);
        must(terms.firstSlot + terms.slotCount <= statement.untilSlot, 'agents stay within time', { principalId });
        this.#tally.saw('consents by agents');
    }

    /** What has begun to be delivered stays as it was agreed. */
    #checkBegun(before: Terms, after: Terms): void {
        for (const [offset, slot] of slotsOf(before).entries()) {
            const begun = this.#ledger.read('exchange', `tick/${String(slot).padStart(10, '0')}`) !== undefined;
            const same = before.legs.every((leg, index) => {
                const next = after.legs[index];
                return (
                    leg.energyWh[offset] === next?.energyWh[offset] &&
                    leg.priceMicroPerKwh[offset] === next?.priceMicroPerKwh[offset]
                );
            });
            must(!begun || same, 'slots that have begun are not amended', { slot });
        }
    }

    #checkExecution(verb: string, execution: Execution): void {
        const { agreementId, state } = execution;
        const before = this.#executions.get(agreementId);
        const wasFinal = before !== undefined && FINAL_STATES.includes(before.state);
        must(!wasFinal, 'a final state is final', { verb, agreementId, from: before?.state, to: state });
        for (const { participantId, energyNano, defaultNano } of execution.holdings) {
            const held = energyNano >= 0n && defaultNano >= 0n;
            must(held, 'no part of an escrow is negative', { verb, agreementId, participantId });
        }
        if (FINAL_STATES.includes(state)) {
            const left = sum(execution.holdings.map((held) => held.energyNano + held.defaultNano));
            must(left === 0n, 'an agreement at its end holds nothing', { verb, agreementId, left });
            this.#tally.ended(state);
        }
        this.#executions.set(agreementId, execution);
    }

    #checkEntered(execution: Execution): void {
        if (execution.state === 'inForce') {
            const { terms } = this.#found(execution.agreementId);
            this.#dutyWatch.entered(execution, terms);
            this.#loadWatch.entered(this.#funded(), terms);
        }
    }

    #checkPayout(before: string | null, { participantId }: Readonly<{ participantId: string }>): void {
        if (before === null) {
            this.#dutyWatch.paidOut(participantId);
        }
    }

    #checkOffer(verb: string, { terms }: Offer): void {
        const isMove = ['offer:make', 'offer:counter', 'offer:accept'].includes(verb);
        for (const { participantId } of isMove ? terms.parties : []) {
            this.#dutyWatch.staying(participantId);
        }
    }

    #checkSettlement(settlement: Settlement): void {
        this.settlements.push(settlement);
        this.#settlementWatch.check(settlement);
        this.#correctionWatch.check(settlement);
        const spared = sparedLegs(settlement, this.#ledger, (agreementId) => this.#found(agreementId).terms);
        this.#tally.saw('legs short where force majeure struck', spared);
    }

    #found(agreementId: string): Agreement {
        const agreement = this.#agreements.get(agreementId);
        must(agreement !== undefined, 'an agreement is known before it moves money', { agreementId });
        return agreement;
    }

    /** What is left when every agreement has come to its end. */
    checkEnd(): void {
        for (const { agreementId, state } of this.#executions.values()) {
            must(FINAL_STATES.includes(state), 'every agreement comes to an end', { agreementId, state });
        }
        for (const [account, nano] of this.#balances) {
            must(nano === 0n || !account.startsWith('escrow/'), 'escrow is empty at the end', { account, nano });
        }
        must(sum([...this.#balances.values()]) === 0n, 'the money on the ledger is what was paid in');
    }
}

const energyOf = (terms: Terms, participantId: string, slot: number): bigint =>
    sum(
        terms.legs
            .filter(({ sellerId, buyerId }) => sellerId === participantId || buyerId === participantId)
            .map((leg) => leg.energyWh[slot - terms.firstSlot] ?? 0n),
    );

const slotsOf = ({ firstSlot, slotCount }: Terms): number[] =>
    Array.from({ length: slotCount }, (_, offset) => firstSlot + offset);

/** An agent signs for what its principal lets it buy or sell, at its prices. */
function checkLegs(terms: Terms, statement: MandateStatement): void {
    const { principalId, sides, carriers, priceMinMicroPerKwh, priceMaxMicroPerKwh } = statement;
    for (const { sellerId, buyerId, carrier, priceMicroPerKwh } of terms.legs) {
        const side = sellerId === principalId ? 'sell' : buyerId === principalId ? 'buy' : null;
        const priced = priceMicroPerKwh.every((price) => price >= priceMinMicroPerKwh && price <= priceMaxMicroPerKwh);
        const isWithin = side === null || (sides.includes(side) && carriers.includes(carrier) && priced);
        must(isWithin, 'agents stay within sides, carriers and prices', { principalId });
    }
}
