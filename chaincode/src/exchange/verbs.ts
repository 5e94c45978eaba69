import type { ExchangeVerb } from '../wire/verbs.js';
import type { Handler } from '../store/market-contract.js';
import { AccountContract } from './account-contract.js';
import { AdmissionContract } from './admission-contract.js';
import { AgreementContract } from './agreement-contract.js';
import { AmendmentContract } from './amendment-contract.js';
import { CalorificContract } from './calorific-contract.js';
import { CharterContract } from './charter-contract.js';
import { ClockContract } from './clock-contract.js';
import { DisputeContract } from './dispute-contract.js';
import { ConnectionContract } from './connection-contract.js';
import { ConsentContract } from './consent-contract.js';
import { ForceMajeureContract } from './force-majeure-contract.js';
import { HaltContract } from './halt-contract.js';
import { MandateContract } from './mandate-contract.js';
import { MeterContract } from './meter-contract.js';
import { OfferContract } from './offer-contract.js';
import { ParticipantContract } from './participant-contract.js';
import { PaymentContract } from './payment-contract.js';
import { ProposalContract } from './proposal-contract.js';
import { ReadingContract } from './reading-contract.js';
import { RequirementContract } from './requirement-contract.js';
import { ScreeningContract } from './screening-contract.js';
import { SettlementContract } from './settlement-contract.js';
import { SourceContract } from './source-contract.js';
import { StatementContract } from './statement-contract.js';
import type { TradeContext } from './trade-context.js';

const charters = new CharterContract('charter');
const proposals = new ProposalContract('proposal');
const clocks = new ClockContract('clock');
const participants = new ParticipantContract('participant');
const mandates = new MandateContract('mandate');
const meters = new MeterContract('meter');
const connections = new ConnectionContract('connection');
const accounts = new AccountContract('account');
const payments = new PaymentContract('account');
const requirements = new RequirementContract('requirement');
const offers = new OfferContract('offer');
const consents = new ConsentContract('consent');
const agreements = new AgreementContract('agreement');
const amendments = new AmendmentContract('amendment');
const admissions = new AdmissionContract('admission');
const screenings = new ScreeningContract('screening');
const halts = new HaltContract('halt');
const readings = new ReadingContract('reading');
const disputes = new DisputeContract('dispute');
const sources = new SourceContract('source');
const statements = new StatementContract('statement');
const declarations = new ForceMajeureContract('force-majeure');
const calorifics = new CalorificContract('calorific');
const settlements = new SettlementContract('settlement');

/** Which method answers which verb of the market. */
export const EXCHANGE_HANDLERS: Readonly<Record<ExchangeVerb, Handler<TradeContext>>> = {
    'charter:establish': (ctx, command) => charters.establish(ctx, command),
    'charter:confirm': (ctx, command) => charters.confirm(ctx, command),
    'charter:show': (ctx) => charters.show(ctx),
    'rules:show': (ctx) => charters.showRules(ctx),
    'rules:list': (ctx, query) => charters.listRules(ctx, query),
    'proposal:make': (ctx, command) => proposals.make(ctx, command),
    'proposal:vote': (ctx, command) => proposals.vote(ctx, command),
    'proposal:enact': (ctx, command) => proposals.enact(ctx, command),
    'proposal:show': (ctx, query) => proposals.show(ctx, query),
    'proposal:list': (ctx, query) => proposals.list(ctx, query),
    'clock:advance': (ctx, command) => clocks.advance(ctx, command),
    'clock:show': (ctx, query) => clocks.show(ctx, query),
    'participant:apply': (ctx, command) => participants.apply(ctx, command),
    'participant:rotate-key': (ctx, command) => participants.rotateKey(ctx, command),
    'participant:permit-key': (ctx, command) => participants.permitKey(ctx, command),
    'participant:refuse-key': (ctx, command) => participants.refuseKey(ctx, command),
    'participant:leave': (ctx, command) => participants.leave(ctx, command),
    'participant:wind-up': (ctx, command) => participants.windUp(ctx, command),
    'participant:departures': (ctx, query) => participants.departures(ctx, query),
    'participant:show': (ctx, query) => participants.show(ctx, query),
    'participant:list': (ctx, query) => participants.list(ctx, query),
    'mandate:grant': (ctx, command) => mandates.grant(ctx, command),
    'mandate:revoke': (ctx, command) => mandates.revoke(ctx, command),
    'mandate:show': (ctx, query) => mandates.show(ctx, query),
    'mandate:list': (ctx, query) => mandates.list(ctx, query),
    'meter:register': (ctx, command) => meters.register(ctx, command),
    'meter:exchange': (ctx, command) => meters.exchange(ctx, command),
    'meter:show': (ctx, query) => meters.show(ctx, query),
    'meter:list': (ctx, query) => meters.list(ctx, query),
    'connection:set': (ctx, command) => connections.set(ctx, command),
    'connection:transfer': (ctx, command) => connections.transfer(ctx, command),
    'connection:show': (ctx, query) => connections.show(ctx, query),
    'connection:list': (ctx, query) => connections.list(ctx, query),
    'connection:shares': (ctx, query) => connections.shares(ctx, query),
    'connection:history': (ctx, query) => connections.history(ctx, query),
    'account:deposit': (ctx, command) => payments.deposit(ctx, command),
    'account:cover': (ctx, command) => accounts.cover(ctx, command),
    'account:fill-lanes': (ctx, command) => accounts.fillLanes(ctx, command),
    'account:draw-cover': (ctx, command) => accounts.drawCover(ctx, command),
    'account:request-payout': (ctx, command) => accounts.requestPayout(ctx, command),
    'account:confirm-payout': (ctx, command) => payments.confirmPayout(ctx, command),
    'account:return-payout': (ctx, command) => payments.returnPayout(ctx, command),
    'account:fund-subsidy': (ctx, command) => payments.fundSubsidy(ctx, command),
    'account:deposits': (ctx, query) => payments.deposits(ctx, query),
    'account:lanes': (ctx, query) => accounts.lanes(ctx, query),
    'account:credits': (ctx, query) => accounts.credits(ctx, query),
    'account:covers': (ctx, query) => accounts.covers(ctx, query),
    'account:payouts': (ctx, query) => accounts.payouts(ctx, query),
    'account:subsidies': (ctx, query) => payments.subsidies(ctx, query),
    'account:subsidy-payments': (ctx, query) => payments.subsidyPayments(ctx, query),
    'requirement:publish': (ctx, command) => requirements.publish(ctx, command),
    'requirement:show': (ctx, query) => requirements.show(ctx, query),
    'requirement:list': (ctx, query) => requirements.list(ctx, query),
    'offer:make': (ctx, command) => offers.make(ctx, command),
    'offer:counter': (ctx, command) => offers.counter(ctx, command),
    'offer:accept': (ctx, command) => offers.accept(ctx, command),
    'offer:withdraw': (ctx, command) => offers.withdraw(ctx, command),
    'offer:expire': (ctx, command) => offers.expire(ctx, command),
    'offer:show': (ctx, query) => offers.show(ctx, query),
    'offer:list': (ctx, query) => offers.list(ctx, query),
    'consent:withdraw': (ctx, command) => consents.withdraw(ctx, command),
    'agreement:conclude': (ctx, command) => agreements.conclude(ctx, command),
    'screening:admit': (ctx, command) => screenings.admit(ctx, command),
    'screening:refuse': (ctx, command) => screenings.refuse(ctx, command),
    'screening:show': (ctx, query) => screenings.show(ctx, query),
    'screening:list': (ctx, query) => screenings.list(ctx, query),
    'admission:run': (ctx, command) => admissions.run(ctx, command),
    'admission:show': (ctx, query) => admissions.show(ctx, query),
    'admission:list': (ctx, query) => admissions.list(ctx, query),
    'admission:loading': (ctx, query) => admissions.loading(ctx, query),
    'agreement:fund': (ctx, command) => agreements.fund(ctx, command),
    'agreement:release': (ctx, command) => agreements.release(ctx, command),
    'agreement:lapse': (ctx, command) => agreements.lapse(ctx, command),
    'agreement:cancel': (ctx, command) => agreements.cancel(ctx, command),
    'amendment:propose': (ctx, command) => amendments.propose(ctx, command),
    'amendment:enact': (ctx, command) => amendments.enact(ctx, command),
    'amendment:show': (ctx, query) => amendments.show(ctx, query),
    'amendment:list': (ctx, query) => amendments.list(ctx, query),
    'agreement:show': (ctx, query) => agreements.show(ctx, query),
    'agreement:list': (ctx, query) => agreements.list(ctx, query),
    'agreement:list-of': (ctx, query) => agreements.listOf(ctx, query),
    'agreement:find': (ctx, query) => agreements.find(ctx, query),
    'agreement:history': (ctx, query) => agreements.history(ctx, query),
    'halt:set': (ctx, command) => halts.set(ctx, command),
    'halt:lift': (ctx, command) => halts.lift(ctx, command),
    'halt:show': (ctx, query) => halts.show(ctx, query),
    'reading:submit': (ctx, command) => readings.submit(ctx, command),
    'reading:list': (ctx, query) => readings.list(ctx, query),
    'dispute:raise': (ctx, command) => disputes.raise(ctx, command),
    'dispute:decide': (ctx, command) => disputes.decide(ctx, command),
    'dispute:close': (ctx, command) => disputes.close(ctx, command),
    'dispute:show': (ctx, query) => disputes.show(ctx, query),
    'dispute:list': (ctx, query) => disputes.list(ctx, query),
    'source:register': (ctx, command) => sources.register(ctx, command),
    'source:renew': (ctx, command) => sources.renew(ctx, command),
    'source:show': (ctx, query) => sources.show(ctx, query),
    'source:list': (ctx, query) => sources.list(ctx, query),
    'statement:submit': (ctx, command) => statements.submit(ctx, command),
    'statement:list': (ctx, query) => statements.list(ctx, query),
    'force-majeure:declare': (ctx, command) => declarations.declare(ctx, command),
    'force-majeure:show': (ctx, query) => declarations.show(ctx, query),
    'force-majeure:list': (ctx, query) => declarations.list(ctx, query),
    'calorific:publish': (ctx, command) => calorifics.publish(ctx, command),
    'calorific:show': (ctx, query) => calorifics.show(ctx, query),
    'settlement:run': (ctx, command) => settlements.run(ctx, command),
    'settlement:reconcile': (ctx, command) => settlements.reconcile(ctx, command),
    'settlement:show': (ctx, query) => settlements.show(ctx, query),
    'settlement:list': (ctx, query) => settlements.list(ctx, query),
    'settlement:reopened': (ctx, query) => settlements.reopened(ctx, query),
};
