export { type Account, AccountClient } from './account-client.js';
export { AgreementClient } from './agreement-client.js';
export type { AgreementOutcome, LegOutcome, PartyOutcome } from './agreement-outcome.js';
export { type Draft, draftTerms, type LegDraft, withLeg } from './agreement-draft.js';
export { AmendmentClient } from './amendment-client.js';
export { amendedTerms, type AmendmentChanges } from './amendment-draft.js';
export { type Bill, type BillBalance, type BillPeriod, type EscrowLine } from './bill.js';
export { type CarrierBill, type Charge, type DefaultLine, type PointLine, type TradeLine } from './bill-carrier.js';
export type { CorrectionLine } from './bill-corrections.js';
export { BillClient } from './bill-client.js';
export { CalorificClient } from './calorific-client.js';
export { CharterClient } from './charter-client.js';
export { readCharter } from './charter-file.js';
export { ClockClient } from './clock-client.js';
export { AdmissionClient } from './admission-client.js';
export { roundsOf } from './admission-rounds.js';
export { ConnectionClient } from './connection-client.js';
export { ConformityClient, type ConformityRef } from './conformity-client.js';
export { ConsentClient, type WithdrawnSignature } from './consent-client.js';
export { type ConnectionProfile, type GatewayPeer, readConnectionProfile } from './connection-profile.js';
export { createIdentity, type NodeRole } from './development-ca.js';
export { DisputeClient, type Ruling } from './dispute-client.js';
export { type DetachedSignature, type DocumentSigner, documentSignerOf, signDocument } from './document-signer.js';
export {
    CommitFailedError,
    CommonwattError,
    ConflictError,
    DisagreementError,
    type FailureKind,
    ForbiddenError,
    InternalError,
    InvalidError,
    LimitError,
    NotFoundError,
    OutcomeUnknownError,
    UnavailableError,
} from './errors.js';
export { type FabricWallet, identityOfWallet } from './fabric-network/wallet-identity.js';
export { FactClient } from './fact-client.js';
export { ForceMajeureClient } from './force-majeure-client.js';
export { HaltClient } from './halt-client.js';
export { Horizon, HorizonTransport } from './horizon.js';
export { adminIdentity, type Identity, identityOf, subjectHashOfCertificate } from './identity.js';
export { Ledger } from './ledger.js';
export { connect, type ConnectOptions, Market } from './market.js';
export { type MandateBounds, MandateClient } from './mandate-client.js';
export { MeterClient } from './meter-client.js';
export { nativeSigner } from './native-signer.js';
export { OfferClient } from './offer-client.js';
export { newSalt, proposeTerms, type TermsChange } from './offer-draft.js';
export { ParticipantClient } from './participant-client.js';
export { ProposalClient } from './proposal-client.js';
export { QualificationClient, type QualificationReason } from './qualification-client.js';
export { ReadingClient } from './reading-client.js';
export {
    type Finding,
    readReviewPolicy,
    type Review,
    type ReviewPolicy,
    reviewAgreement,
    reviewDecision,
    type SettledPoint,
} from './review-policy.js';
export { Reviewer, type ReviewedSubject, type ReviewReport, type ReviewSubject } from './reviewer.js';
export { Screener, type ScreeningReport } from './screener.js';
export { type AgreedOrder, versionKey } from './screener-order.js';
export { type Screened, ScreeningClient } from './screening-client.js';
export { RequirementClient } from './requirement-client.js';
export { RulesVersions } from './rules-versions.js';
export { SeatClient } from './seat-client.js';
export { signFor, type Signing } from './signing.js';
export { SourceClient } from './source-client.js';
export { revocationOf, SourceSigner } from './source-signer.js';
export { StatementClient } from './statement-client.js';
export { SettlementClient, type SettlementRef } from './settlement-client.js';
export { StandardClient } from './standard-client.js';
export { type Committed, RetryingSubmitter, type Submission, type Submitter } from './submitter.js';
export {
    type Call,
    callWithin,
    type ChaincodeRole,
    type Invocation,
    type Receipt,
    type Stream,
    type Transport,
    WITHIN_MS,
} from './transport.js';
export { Endorsers } from './endorsers.js';
export { FlowControl } from './flow-control.js';
export { FlowTransport } from './flow-transport.js';
export { GatewayTransport } from './gateway-transport.js';
export { type Reviewed, VerdictClient } from './verdict-client.js';
export { FileWallet, type WalletEntry } from './wallet.js';
export { followBlocks, type FollowOptions } from './block-follower.js';
export {
    type BlockTransaction,
    type BlockView,
    type NamespaceWrites,
    type RawEvent,
    readBlock,
} from './block-reader.js';
export { type BlockPosition, END_OF_BLOCK, FileCheckpoint } from './checkpoint.js';
export { formatAmount, formatPrice, parseAmount, parseEnergy, parsePrice } from './decimal.js';
export { type EventOptions, type EventRecord, eventsOf, marketEvents } from './events.js';
export { Keeper } from './keeper.js';
export type { KeeperReport } from './keeper-step.js';
export { MeterKeyFile } from './meter-key-file.js';
export {
    type MeterMemory,
    MeterSigner,
    type MeterState,
    type MeterSignerOptions,
    VolatileMemory,
} from './meter-signer.js';
export { localDay, localTime } from './local-time.js';
export { parseSlot, slotTime } from './slot-time.js';
export type { KeeperPlace } from './turns.js';
