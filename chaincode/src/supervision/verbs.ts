import type { SupervisionVerb } from '../wire/verbs.js';
import type { Handler } from '../store/market-contract.js';
import { CharterContract } from './charter-contract.js';
import { ConformityContract } from './conformity-contract.js';
import { DisputeContract } from './dispute-contract.js';
import { FactContract } from './fact-contract.js';
import { HaltContract } from './halt-contract.js';
import { QualificationContract } from './qualification-contract.js';
import { RegistryContract } from './registry-contract.js';
import { SeatContract } from './seat-contract.js';
import { StandardContract } from './standard-contract.js';
import type { SupervisionContext } from './supervision-context.js';
import { VerdictContract } from './verdict-contract.js';

const charters = new CharterContract('charter');
const seats = new SeatContract('seat');
const qualifications = new QualificationContract('qualification');
const standards = new StandardContract('standard');
const conformities = new ConformityContract('conformity');
const verdicts = new VerdictContract('verdict');
const disputes = new DisputeContract('dispute');
const facts = new FactContract('fact');
const halts = new HaltContract('halt');
const registry = new RegistryContract('registry');

/** Which method answers which verb of the weak centre. */
export const SUPERVISION_HANDLERS: Readonly<Record<SupervisionVerb, Handler<SupervisionContext>>> = {
    'charter:establish': (ctx, command) => charters.establish(ctx, command),
    'charter:confirm': (ctx, command) => charters.confirm(ctx, command),
    'charter:show': (ctx) => charters.show(ctx),
    'seat:grant': (ctx, command) => seats.grant(ctx, command),
    'seat:revoke': (ctx, command) => seats.revoke(ctx, command),
    'seat:list': (ctx, query) => seats.list(ctx, query),
    'qualification:grant': (ctx, command) => qualifications.grant(ctx, command),
    'qualification:suspend': (ctx, command) => qualifications.suspend(ctx, command),
    'qualification:revoke': (ctx, command) => qualifications.revoke(ctx, command),
    'qualification:show': (ctx, query) => qualifications.show(ctx, query),
    'standard:publish': (ctx, command) => standards.publish(ctx, command),
    'standard:show': (ctx, query) => standards.show(ctx, query),
    'standard:list': (ctx, query) => standards.list(ctx, query),
    'conformity:certify': (ctx, command) => conformities.certify(ctx, command),
    'conformity:withdraw': (ctx, command) => conformities.withdraw(ctx, command),
    'conformity:show': (ctx, query) => conformities.show(ctx, query),
    'conformity:list': (ctx, query) => conformities.list(ctx, query),
    'verdict:standing': (ctx, command) => verdicts.standing(ctx, command),
    'verdict:approve': (ctx, command) => verdicts.approve(ctx, command),
    'verdict:reject': (ctx, command) => verdicts.reject(ctx, command),
    'verdict:terminate': (ctx, command) => verdicts.terminate(ctx, command),
    'verdict:show': (ctx, query) => verdicts.show(ctx, query),
    'verdict:list-standing': (ctx, query) => verdicts.listStanding(ctx, query),
    'dispute:confirm': (ctx, command) => disputes.confirm(ctx, command),
    'dispute:reject': (ctx, command) => disputes.reject(ctx, command),
    'dispute:show': (ctx, query) => disputes.show(ctx, query),
    'fact:confirm': (ctx, command) => facts.confirm(ctx, command),
    'fact:reject': (ctx, command) => facts.reject(ctx, command),
    'fact:show': (ctx, query) => facts.show(ctx, query),
    'fact:list': (ctx, query) => facts.list(ctx, query),
    'halt:set': (ctx, command) => halts.set(ctx, command),
    'halt:lift': (ctx, command) => halts.lift(ctx, command),
    'halt:covering': (ctx, query) => halts.covering(ctx, query),
    'halt:show': (ctx, query) => halts.show(ctx, query),
    'registry:look-up': (ctx, query) => registry.lookUp(ctx, query),
};
