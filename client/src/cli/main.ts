import type { Command } from 'commander';
import { account } from './account/index.js';
import { admission } from './admission/index.js';
import { agreement } from './agreement/index.js';
import { amendment } from './amendment/index.js';
import { audit } from './audit/index.js';
import { block } from './block/index.js';
import { calorific } from './calorific/index.js';
import { charter } from './charter/index.js';
import { clock } from './clock/index.js';
import { conformity } from './conformity/index.js';
import { dispute } from './dispute/index.js';
import { connection } from './connection/index.js';
import { consent } from './consent/index.js';
import { event } from './event/index.js';
import { fact } from './fact/index.js';
import { forceMajeure } from './force-majeure/index.js';
import { halt } from './halt/index.js';
import { identity } from './identity/index.js';
import { keeper } from './keeper/index.js';
import { mandate } from './mandate/index.js';
import { meter } from './meter/index.js';
import { offer } from './offer/index.js';
import { participant } from './participant/index.js';
import { proposal } from './proposal/index.js';
import { qualification } from './qualification/index.js';
import { reading } from './reading/index.js';
import { requirement } from './requirement/index.js';
import { reviewer } from './reviewer/index.js';
import { screener } from './screener/index.js';
import { screening } from './screening/index.js';
import { seat } from './seat/index.js';
import { settlement } from './settlement/index.js';
import { standard } from './standard/index.js';
import { source } from './source/index.js';
import { statement } from './statement/index.js';
import { verdict } from './verdict/index.js';
import { addCommands } from './noun.js';

/** The verbs of the market, in the order of a trade. */
export const NOUNS = [
    identity,
    charter,
    seat,
    proposal,
    clock,
    participant,
    qualification,
    mandate,
    meter,
    source,
    standard,
    conformity,
    connection,
    requirement,
    account,
    offer,
    agreement,
    amendment,
    consent,
    verdict,
    screening,
    admission,
    reading,
    statement,
    calorific,
    settlement,
    dispute,
    fact,
    halt,
    forceMajeure,
    reviewer,
    screener,
    keeper,
    event,
    block,
    audit,
];

/** Adds the verbs of the market to the command line. */
export function registerClientCommands(program: Command): void {
    addCommands(program, NOUNS);
}
