import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Carrier, Charter } from '@commonwatt/chaincode/domain/charter';
import type { ConnectionStatement, ShareTransfer } from '@commonwatt/chaincode/domain/connection';
import type { ConformityStatement } from '@commonwatt/chaincode/domain/conformity';
import type { HaltStatement } from '@commonwatt/chaincode/domain/halt';
import type { MandateStatement } from '@commonwatt/chaincode/domain/mandate';
import { type MeteringPoint, type OwnerConsent, PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import type { Participant, ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { QualificationStatement, QualifiedPerson } from '@commonwatt/chaincode/domain/qualification';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { RequirementStatement } from '@commonwatt/chaincode/domain/requirement';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import type { ScreeningStatement } from '@commonwatt/chaincode/domain/screening';
import type { SeatKind } from '@commonwatt/chaincode/domain/seat';
import { calorificWhPerM3, energyWh, powerW, priceMicroPerKwh, volumeLitres } from '@commonwatt/chaincode/domain/units';
import type { StandardStatement } from '@commonwatt/chaincode/domain/standard';
import type { StandingStatement, VerdictStatement } from '@commonwatt/chaincode/domain/verdict';
import {
    agreementIdOf,
    cancelCodec,
    cancellationDocument,
    concludeCodec,
    consentDocument,
    fundCodec,
    proposeAmendmentCodec,
    releaseCodec,
    termsHashOf,
} from '@commonwatt/chaincode/wire/agreement';
import { enactCodec } from '@commonwatt/chaincode/wire/amendment';
import { withdrawalDocument, withdrawCodec } from '@commonwatt/chaincode/wire/consent';
import { charterHashOf, confirmCodec, establishCodec } from '@commonwatt/chaincode/wire/charter';
import { admitCodec } from '@commonwatt/chaincode/wire/admission';
import {
    connectionStatementCodec,
    setConnectionCodec,
    shareTransferCodec,
    transferShareCodec,
} from '@commonwatt/chaincode/wire/connection';
import { certifyCodec, conformityStatementCodec } from '@commonwatt/chaincode/wire/conformity';
import { haltCommandCodec, haltStatementCodec } from '@commonwatt/chaincode/wire/halt';
import { bodyFor, grantMandateCodec, mandateIdOf, mandateStatementCodec } from '@commonwatt/chaincode/wire/mandate';
import { meteringPointCodec, registerMeterCodec } from '@commonwatt/chaincode/wire/meter';
import { applyCodec, keyRotationCodec, participantCodec, rotateKeyCodec } from '@commonwatt/chaincode/wire/participant';
import { qualificationStatementCodec, qualifyCodec } from '@commonwatt/chaincode/wire/qualification';
import { readingCodec, submitReadingsCodec } from '@commonwatt/chaincode/wire/reading';
import { screenCodec, screeningStatementCodec } from '@commonwatt/chaincode/wire/screening';
import { publishRequirementCodec, requirementStatementCodec } from '@commonwatt/chaincode/wire/requirement';
import { seatGrantCodec, seatRefCodec } from '@commonwatt/chaincode/wire/seat';
import { type DocumentBody, documentHashOf } from '@commonwatt/chaincode/wire/signature';
import { publishStandardCodec, standardStatementCodec } from '@commonwatt/chaincode/wire/standard';
import {
    decideCodec,
    standingCodec,
    standingStatementCodec,
    verdictStatementCodec,
} from '@commonwatt/chaincode/wire/verdict';
import { castKey } from './cast-keys.js';
import { CHARTER, FIRST_SLOT, RULES } from './sample-market.js';
import { instruct } from './instructions.js';
import { SCOPE, type SigningKey } from './signing-key.js';
import type { Identity } from './stub-identity.js';
import { WIDE_EXPOSURE, WIDE_RIGHTS } from './wide-bounds.js';

/** Commands as a client would send them, signed where the market asks for a signature. */

export const establish = (charter: Charter = CHARTER, rules: Rules = RULES): string =>
    establishCodec.encode({ charter, rules });

/** Confirms what such a command establishes, for the organisation of whoever sends it. */
export const confirm = (establishing: string = establish()): string =>
    confirmCodec.encode({ charterHash: charterHashOf(establishCodec.decode(establishing)) });

/** Who confirms a charter of the sample market: the administrator of each organisation. */
export const ADMINISTRATORS = ['operatorAdmin', 'communityAdmin', 'supplierAdmin', 'regulatorAdmin'] as const;

export const grantSeat = (kind: SeatKind, officer: Identity): string =>
    seatGrantCodec.encode({
        kind,
        mspId: officer.mspId,
        subjectHash: officer.subjectHash,
        publicKey: officer.key.publicKey,
    });

export const revokeSeat = (kind: SeatKind, { mspId, subjectHash }: Identity): string =>
    seatRefCodec.encode({ kind, mspId, subjectHash });

const END_USERS: readonly ParticipantKind[] = ['consumer', 'prosumer', 'prosumerWithStorage'];

/** Who applied last under a pseudonym in this run: whom a reviewer qualifies unless told otherwise. */
const applicants = new Map<string, QualifiedPerson>();

export const personOf = ({ mspId, subjectHash, key }: Identity): QualifiedPerson => ({
    mspId,
    subjectHash,
    keyId: key.keyId,
});

export function apply(
    applicant: Identity,
    participantId: string,
    kind: ParticipantKind,
    sector: Participant['sector'] = END_USERS.includes(kind) ? 'residential' : null,
): string {
    const application = {
        participantId,
        kind,
        sector,
        publicKey: applicant.key.publicKey,
        beneficialOwnerMspId: null,
        mspId: applicant.mspId,
        subjectHash: applicant.subjectHash,
    };
    applicants.set(participantId, personOf(applicant));
    const body = participantCodec.toJson(application);
    const signature = applicant.key.signDocument('commonwatt/participant/1', SCOPE.exchange, body);
    return applyCodec.encode({ application, signature });
}

export function qualify(
    reviewer: Identity,
    participantId: string,
    changes: Partial<QualificationStatement> = {},
): string {
    const statement: QualificationStatement = {
        participantId,
        person: applicants.get(participantId) ?? {
            mspId: 'CommunityMSP',
            subjectHash: '00'.repeat(32),
            keyId: '00'.repeat(32),
        },
        sequence: 1,
        status: 'granted',
        permits: [
            { carrier: 'electricity', buy: true, sell: true },
            { carrier: 'heat', buy: true, sell: true },
        ],
        reasonCode: 'checked',
        ...changes,
    };
    const body = qualificationStatementCodec.toJson(statement);
    const signature = reviewer.key.signDocument('commonwatt/qualification/1', SCOPE.supervision, body);
    return qualifyCodec.encode({ statement, signature });
}

export function signReading(meter: SigningKey, reading: Reading): SignedReading {
    const body = readingCodec.toJson(reading);
    return { reading, signature: meter.signDocument('commonwatt/reading/1', SCOPE.exchange, body) };
}

/** A gas meter of these commands counts a litre for each Wh. */
const volumeOf = (carrier: Carrier, importWh: bigint, exportWh: bigint): Reading['volume'] =>
    carrier === 'gas'
        ? {
              importLitres: volumeLitres(importWh),
              exportLitres: volumeLitres(exportWh),
              calorificWhPerM3: calorificWhPerM3(1_000n),
          }
        : null;

export const readingOf = (
    pointId: string,
    slot: number,
    importWh: bigint,
    exportWh: bigint,
    carrier: Carrier = 'electricity',
): Reading => ({
    pointId,
    meterId: `${pointId}-meter`,
    sequence: slot - FIRST_SLOT + 1,
    slot,
    importWh: energyWh(importWh),
    exportWh: energyWh(exportWh),
    volume: volumeOf(carrier, importWh, exportWh),
});

/** Keys of the participants whom a point binds. */
export type Owners = Readonly<Record<string, SigningKey>>;

/** What the owner of a point, or of its parent, signs before the officer registers it. */
export const consentToPoint = (point: MeteringPoint, participantId: string, key: SigningKey): OwnerConsent => ({
    participantId,
    signature: key.signDocument('commonwatt/metering-point/1', SCOPE.exchange, meteringPointCodec.toJson(point)),
});

/**
 * A metering point with a meter and registers at zero, or a scheduled one without; signed by its owner, unless told
 * by whom.
 */
export function registerMeter(
    place: Omit<MeteringPoint, 'meter'>,
    meter: SigningKey | null,
    owners: Owners = { [place.participantId]: castKey(place.participantId) },
): string {
    const { pointId, fromSlot } = place;
    const installed = meter === null ? null : { meterId: `${pointId}-meter`, publicKey: meter.publicKey };
    const point: MeteringPoint = { ...place, meter: installed };
    const baseline = { ...readingOf(pointId, fromSlot - 1, 0n, 0n, place.carrier), sequence: 0 };
    return registerMeterCodec.encode({
        point,
        baseline: meter === null ? null : signReading(meter, baseline),
        consents: Object.entries(owners).map(([participantId, key]) => consentToPoint(point, participantId, key)),
    });
}

export const pointOf = (participantId: string, carrier: Carrier = 'electricity'): Omit<MeteringPoint, 'meter'> => ({
    pointId: carrier === 'electricity' ? `${participantId}-point` : `${participantId}-${carrier}`,
    participantId,
    carrier,
    connectionPoint: 'bus-1',
    fromSlot: FIRST_SLOT,
    ...PLAIN_POINT,
});

/** A participant's next key signs with the present one, unless that is lost. */
export function rotateKey(participantId: string, old: SigningKey, next: SigningKey, isLost = false): string {
    const rotation = { participantId, oldKeyId: old.keyId, newPublicKey: next.publicKey };
    const body = keyRotationCodec.toJson(rotation);
    const sign = (key: SigningKey): string => key.signDocument('commonwatt/key-rotation/1', SCOPE.exchange, body);
    return rotateKeyCodec.encode({ rotation, oldSignature: isLost ? null : sign(old), newSignature: sign(next) });
}

/** What `anna` lets `retail` sign for her, unless told otherwise. */
export const mandateOf = (
    principal: Identity,
    agent: Identity,
    changes: Partial<MandateStatement> = {},
): MandateStatement => ({
    principalId: 'anna',
    principalKeyId: principal.key.keyId,
    agentId: 'retail',
    agentKeyId: agent.key.keyId,
    ...WIDE_RIGHTS,
    carriers: ['electricity'],
    sides: ['buy'],
    priceMinMicroPerKwh: priceMicroPerKwh(0n),
    priceMaxMicroPerKwh: priceMicroPerKwh(250_000n),
    slotEnergyMaxWh: energyWh(400n),
    untilSlot: FIRST_SLOT + 24,
    mayDealWithAgent: false,
    salt: '00'.repeat(32),
    ...changes,
});

export function grantMandate(principal: Identity, statement: MandateStatement): string {
    const body = mandateStatementCodec.toJson(statement);
    const signature = principal.key.signDocument('commonwatt/mandate/1', SCOPE.exchange, body);
    return grantMandateCodec.encode({ statement, signature });
}

/** The agent's key, and under which mandate it signs. */
export const agentOf = ({ key }: Identity, statement: MandateStatement): Signer => ({
    key,
    mandateId: mandateIdOf(statement),
});

export const submitReadings = (...readings: readonly SignedReading[]): string =>
    submitReadingsCodec.encode({ readings });

/** Whose key signs for a party, and under which mandate. */
export type Signer = Readonly<{ key: SigningKey; mandateId?: string }>;
export type Signers = Readonly<Record<string, Signer>>;

/** What somebody signs in a party's name. */
export function signed(
    [domain, body]: DocumentBody,
    participantId: string,
    { key, mandateId = null as string | null }: Readonly<{ key: SigningKey; mandateId?: string | null }>,
): Consent {
    const signature = key.signDocument(domain, SCOPE.exchange, bodyFor(body, participantId, mandateId));
    return { participantId, mandateId, keyId: key.keyId, signature };
}

export const consentOf = (
    terms: Terms,
    participantId: string,
    signer: Signer,
    agreementId = agreementIdOf(terms),
): Consent => signed(consentDocument(terms, agreementId), participantId, signer);

function consentsOf(agreementId: string, terms: Terms, signers: Signers): Consent[] {
    return terms.parties.flatMap(({ participantId }) => {
        const signer = signers[participantId];
        return signer === undefined ? [] : [consentOf(terms, participantId, signer, agreementId)];
    });
}

/** Terms with the consent of each party, by participant id, and the credits to fold for it. */
export const conclude = (
    terms: Terms,
    signers: Signers,
    folds: Readonly<Record<string, readonly string[]>> = {},
): string =>
    concludeCodec.encode({
        terms,
        consents: consentsOf(agreementIdOf(terms), terms, signers),
        folds: Object.entries(folds).map(([participantId, sourceIds]) => ({ participantId, sourceIds })),
    });

/** Takes back what a key signed in a participant's name: the signer's own, unless another is named. */
export function withdrawDocument(
    document: DocumentBody,
    participantId: string,
    signer: Signer,
    keyId = signer.key.keyId,
): string {
    const withdrawal = { participantId, documentHash: documentHashOf(document), keyId };
    const { mandateId, signature } = signed(withdrawalDocument(withdrawal), participantId, signer);
    return withdrawCodec.encode({ withdrawal, mandateId, signature });
}

export const withdraw = (
    terms: Terms,
    participantId: string,
    signer: Signer,
    agreementId = agreementIdOf(terms),
): string => withdrawDocument(consentDocument(terms, agreementId), participantId, signer);

export const fund = (terms: Terms, standingId: string | null = 'ordinary'): string =>
    fundCodec.encode({ agreementId: agreementIdOf(terms), standingId });

export const release = (terms: Terms, fromSlot: number): string =>
    releaseCodec.encode({ agreementId: agreementIdOf(terms), fromSlot });

export const proposeAmendment = (agreementId: string, terms: Terms, signers: Signers): string =>
    proposeAmendmentCodec.encode({ agreementId, terms, consents: consentsOf(agreementId, terms, signers) });

export const enact = (agreementId: string, version: number, fromSlot: number, standingId = 'ordinary'): string =>
    enactCodec.encode({ agreementId, version, fromSlot, standingId, folds: [] });

/** Every party's signature that delivery ends with the slot before this one. */
export function cancel(terms: Terms, fromSlot: number, signers: Signers, agreementId = agreementIdOf(terms)): string {
    const cancellation = { agreementId, version: terms.version, fromSlot };
    const document = cancellationDocument(cancellation);
    const consents = terms.parties.flatMap(({ participantId }): Consent[] => {
        const signer = signers[participantId];
        return signer === undefined ? [] : [signed(document, participantId, signer)];
    });
    return cancelCodec.encode({ cancellation, consents });
}

export function decide(
    reviewer: Identity,
    terms: Terms,
    decision: VerdictStatement['decision'],
    changes: Partial<VerdictStatement> = {},
): string {
    const statement: VerdictStatement = {
        agreementId: agreementIdOf(terms),
        version: terms.version,
        termsHash: termsHashOf(terms),
        decision,
        reasonCode: 'reviewed',
        ...changes,
    };
    const body = verdictStatementCodec.toJson(statement);
    const signature = reviewer.key.signDocument('commonwatt/verdict/1', SCOPE.supervision, body);
    return decideCodec.encode({ statement, signature });
}

export const STANDING: StandingStatement = {
    standingId: 'ordinary',
    sequence: 1,
    status: 'granted',
    carriers: ['electricity', 'heat'],
    participantKinds: ['consumer', 'prosumer', 'prosumerWithStorage', 'energySeller'],
    priceMinMicroPerKwh: priceMicroPerKwh(-100_000n),
    priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
    agreementEnergyMaxWh: energyWh(10_000n),
    exposure: WIDE_EXPOSURE,
    firstSlot: FIRST_SLOT,
    endSlot: FIRST_SLOT + 96,
    reasonCode: 'ordinaryTrade',
};

export function standing(reviewer: Identity, changes: Partial<StandingStatement> = {}): string {
    const statement = { ...STANDING, ...changes };
    const body = standingStatementCodec.toJson(statement);
    const signature = reviewer.key.signDocument('commonwatt/standing-verdict/1', SCOPE.supervision, body);
    return standingCodec.encode({ statement, signature });
}

const FULL_W = powerW(100_000n);
const NO_W = powerW(0n);

/**
 * Limits in W of the connection that the points of the sample market share. Its first statement gives it to anna, who takes
 * from it, and to solar, who feeds in.
 */
export function setConnection(dispatcher: Identity, changes: Partial<ConnectionStatement> = {}): string {
    const [importMaxW, exportMaxW] = [changes.importMaxW ?? FULL_W, changes.exportMaxW ?? FULL_W];
    const first = [
        { pointId: 'anna-point', importW: importMaxW, exportW: NO_W },
        { pointId: 'solar-point', importW: NO_W, exportW: exportMaxW },
    ];
    const statement: ConnectionStatement = {
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        sequence: 1,
        importMaxW,
        exportMaxW,
        grants: (changes.sequence ?? 1) === 1 ? first : [],
        reasonCode: 'ratedCapacity',
        ...changes,
    };
    const body = connectionStatementCodec.toJson(statement);
    const signature = dispatcher.key.signDocument('commonwatt/connection/1', SCOPE.exchange, body);
    return setConnectionCodec.encode({ statement, signature });
}

/** One round of admission of agreements as they stand. */
export const admit = (agreementIds: readonly string[], version = 1, fromSlot = FIRST_SLOT): string =>
    admitCodec.encode({ versions: agreementIds.map((agreementId) => ({ agreementId, version })), fromSlot });

/** Part of anna's share of `bus-1` that she gives to bert. */
export function transferShare(
    owner: Readonly<{ key: SigningKey }>,
    changes: Partial<ShareTransfer>,
    fromSlot = FIRST_SLOT,
): string {
    const transfer: ShareTransfer = {
        carrier: 'electricity',
        connectionPoint: 'bus-1',
        fromPointId: 'anna-point',
        sequence: 2,
        toPointId: 'bert-point',
        importW: NO_W,
        exportW: NO_W,
        ...changes,
    };
    const signature = instruct(owner, 'connection:transfer', shareTransferCodec.toJson(transfer));
    return transferShareCodec.encode({ transfer, signature, fromSlot });
}

export function screen(
    dispatcher: Identity,
    terms: Terms,
    decision: ScreeningStatement['decision'],
    changes: Partial<ScreeningStatement> = {},
): string {
    const statement: ScreeningStatement = {
        agreementId: agreementIdOf(terms),
        version: terms.version,
        termsHash: termsHashOf(terms),
        carrier: 'electricity',
        decision,
        reasonCode: 'checked',
        ...changes,
    };
    const body = screeningStatementCodec.toJson(statement);
    const signature = dispatcher.key.signDocument('commonwatt/screening/1', SCOPE.exchange, body);
    return screenCodec.encode({ statement, signature });
}

export const STANDARD: StandardStatement = {
    standardId: 'inverter-2016',
    carrier: 'electricity',
    textHash: '7a'.repeat(32),
    fromSlot: FIRST_SLOT,
};

export function publishStandard(reviewer: Identity, changes: Partial<StandardStatement> = {}): string {
    const statement = { ...STANDARD, ...changes };
    const body = standardStatementCodec.toJson(statement);
    const signature = reviewer.key.signDocument('commonwatt/standard/1', SCOPE.supervision, body);
    return publishStandardCodec.encode({ statement, signature });
}

/** That the device of `solar` conforms: 2 kW, so 500 Wh in a quarter of an hour. */
export function certify(reviewer: Identity, changes: Partial<ConformityStatement> = {}): string {
    const statement: ConformityStatement = {
        pointId: 'solar-point',
        standardId: STANDARD.standardId,
        sequence: 1,
        status: 'certified',
        ratedW: powerW(2_000n),
        untilSlot: FIRST_SLOT + 96,
        reasonCode: 'typeTested',
        ...changes,
    };
    const body = conformityStatementCodec.toJson(statement);
    const signature = reviewer.key.signDocument('commonwatt/conformity/1', SCOPE.supervision, body);
    return certifyCodec.encode({ statement, signature });
}

/** Curtailment above 400 Wh, no lead time, a tolerance of 5 %. */
export const REQUIREMENT: RequirementStatement = {
    carrier: 'electricity',
    version: 1,
    curtailableAboveWh: energyWh(400n),
    leadTimeSlots: 0,
    toleranceBpMax: 500,
    reasonCode: 'networkOperation',
};

export function publishRequirement(dispatcher: Identity, changes: Partial<RequirementStatement> = {}): string {
    const statement = { ...REQUIREMENT, ...changes };
    const body = requirementStatementCodec.toJson(statement);
    const signature = dispatcher.key.signDocument('commonwatt/requirement/1', SCOPE.exchange, body);
    return publishRequirementCodec.encode({ statement, signature });
}

export function halt(
    officer: Identity,
    chaincode: 'exchange' | 'supervision',
    changes: Partial<HaltStatement> = {},
): string {
    const statement: HaltStatement = {
        carrier: 'electricity',
        fromSlot: FIRST_SLOT,
        untilSlot: FIRST_SLOT + 4,
        reasonCode: 'gridDisturbance',
        ...changes,
    };
    const body = haltStatementCodec.toJson(statement);
    const signature = officer.key.signDocument('commonwatt/halt/1', SCOPE[chaincode], body);
    return haltCommandCodec.encode({ statement, signature });
}
