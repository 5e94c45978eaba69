import type { Command } from 'commander';
import { registerAccountCommands } from './account/index.js';
import { registerAgreementCommands } from './agreement/index.js';
import { registerAmendmentCommands } from './amendment/index.js';
import { registerBlockCommands } from './block/index.js';
import { registerCharterCommands } from './charter/index.js';
import { registerClockCommands } from './clock/index.js';
import { registerEventCommands } from './event/index.js';
import { registerHaltCommands } from './halt/index.js';
import { registerIdentityCommands } from './identity/index.js';
import { registerKeeperCommands } from './keeper/index.js';
import { registerMeterCommands } from './meter/index.js';
import { registerOfferCommands } from './offer/index.js';
import { registerParticipantCommands } from './participant/index.js';
import { registerQualificationCommands } from './qualification/index.js';
import { registerReadingCommands } from './reading/index.js';
import { registerReviewerCommands } from './reviewer/index.js';
import { registerSeatCommands } from './seat/index.js';
import { registerSettlementCommands } from './settlement/index.js';
import { registerVerdictCommands } from './verdict/index.js';

/** Adds the verbs of the market to the command line, in the order of a trade. */
export function registerClientCommands(program: Command): void {
    registerIdentityCommands(program);
    registerCharterCommands(program);
    registerSeatCommands(program);
    registerClockCommands(program);
    registerParticipantCommands(program);
    registerQualificationCommands(program);
    registerMeterCommands(program);
    registerAccountCommands(program);
    registerOfferCommands(program);
    registerAgreementCommands(program);
    registerAmendmentCommands(program);
    registerVerdictCommands(program);
    registerReadingCommands(program);
    registerSettlementCommands(program);
    registerHaltCommands(program);
    registerReviewerCommands(program);
    registerKeeperCommands(program);
    registerEventCommands(program);
    registerBlockCommands(program);
}
