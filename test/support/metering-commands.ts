import { calorificFact, type CalorificStatement } from '@commonwatt/chaincode/domain/calorific';
import type { FactReviewStatement } from '@commonwatt/chaincode/domain/fact';
import type { ForceMajeureStatement } from '@commonwatt/chaincode/domain/force-majeure';
import type { Reading, SignedReading } from '@commonwatt/chaincode/domain/reading';
import type { SourceStatement } from '@commonwatt/chaincode/domain/source';
import type { DeliveryStatement, SignedDelivery } from '@commonwatt/chaincode/domain/statement';
import { calorificWhPerM3, energyWh, volumeLitres } from '@commonwatt/chaincode/domain/units';
import { calorificHashOf, calorificStatementCodec, publishCalorificCodec } from '@commonwatt/chaincode/wire/calorific';
import { factReviewStatementCodec, reviewFactCodec } from '@commonwatt/chaincode/wire/fact';
import { declareCodec, forceMajeureHashOf, forceMajeureStatementCodec } from '@commonwatt/chaincode/wire/force-majeure';
import { exchangeStatementOf } from '@commonwatt/chaincode/domain/meter-exchange';
import { meterExchangeCodec, meterExchangeStatementCodec } from '@commonwatt/chaincode/wire/meter';
import { readingCodec } from '@commonwatt/chaincode/wire/reading';
import { laboratoryHashOf, sourceCodec, sourceStatementCodec } from '@commonwatt/chaincode/wire/source';
import { statementCodec, submitStatementsCodec } from '@commonwatt/chaincode/wire/statement';
import { castKey } from './cast-keys.js';
import { signReading } from './market-commands.js';
import { FIRST_SLOT } from './sample-market.js';
import { SCOPE, type SigningKey } from './signing-key.js';
import type { Identity } from './stub-identity.js';

/** What a meter signs when it is taken out. */
export function signClosing(meter: SigningKey, reading: Reading): SignedReading {
    const body = readingCodec.toJson(reading);
    return { reading, signature: meter.signDocument('commonwatt/closing/1', SCOPE.exchange, body) };
}

/** One meter with its key and what it shows when it goes or comes. */
export type Shown = Readonly<{
    meterId: string;
    key: SigningKey;
    sequence: number;
    importWh: bigint;
    exportWh?: bigint;
    volume?: Reading['volume'];
}>;

export const readingBy = (pointId: string, slot: number, shown: Shown): Reading => ({
    pointId,
    meterId: shown.meterId,
    sequence: shown.sequence,
    slot,
    importWh: energyWh(shown.importWh),
    exportWh: energyWh(shown.exportWh ?? 0n),
    volume: shown.volume ?? null,
});

/** Who signs that another meter counts: the owner, whose name points of the cast begin with, or somebody else. */
export type Owner = Readonly<{ participantId: string; key: SigningKey }>;
type Agreed = Readonly<{ isDead?: boolean; owner?: Owner | null }>;

const ownerByName = (pointId: string): Owner => {
    const participantId = pointId.slice(0, pointId.indexOf('-'));
    return { participantId, key: castKey(participantId) };
};

/** Exchanges a meter after the end of a slot and before the end of the next; a dead one signs nothing. */
export function exchangeMeter(
    pointId: string,
    slot: number,
    before: Shown,
    after: Shown,
    { isDead = false, owner = ownerByName(pointId) }: Agreed = {},
): string {
    const exchanged = {
        pointId,
        oldMeterId: before.meterId,
        closing: isDead ? null : signClosing(before.key, readingBy(pointId, slot, before)),
        opening: signReading(after.key, readingBy(pointId, slot, after)),
        meter: { meterId: after.meterId, publicKey: after.key.publicKey },
    };
    const body = meterExchangeStatementCodec.toJson(exchangeStatementOf(exchanged));
    const sign = (key: SigningKey): string => key.signDocument('commonwatt/meter-exchange/1', SCOPE.exchange, body);
    const consent = owner === null ? null : { participantId: owner.participantId, signature: sign(owner.key) };
    return meterExchangeCodec.encode({ ...exchanged, consent });
}

export const gas = (importLitres: bigint, calorific = 11_000n): Reading['volume'] => ({
    importLitres: volumeLitres(importLitres),
    exportLitres: volumeLitres(0n),
    calorificWhPerM3: calorificWhPerM3(calorific),
});

export const calorificOf = (fromSlot: number, slotCount: number, value: bigint, version = 1): CalorificStatement => ({
    fromSlot,
    slotCount,
    calorificWhPerM3: calorificWhPerM3(value),
    version,
});

/** A laboratory that has measured the same. */
export type Laboratory = Readonly<{ sourceId: string; key: SigningKey }>;

export function publishCalorific(
    { key }: Pick<Identity, 'key'>,
    statement: CalorificStatement,
    laboratory: Laboratory | null = null,
): string {
    const body = calorificStatementCodec.toJson(statement);
    const sign = (by: SigningKey): string => by.signDocument('commonwatt/calorific/1', SCOPE.exchange, body);
    return publishCalorificCodec.encode({
        statement,
        signature: sign(key),
        attestation: laboratory === null ? null : { sourceId: laboratory.sourceId, signature: sign(laboratory.key) },
    });
}

export const reviewCalorific = (
    reviewer: Pick<Identity, 'key'>,
    statement: CalorificStatement,
    finding: FactReviewStatement['finding'] = 'confirmed',
): string => reviewFact(reviewer, { ...calorificFact(statement, calorificHashOf(statement)), finding, fromSlot: null });

/** The regulator's word that this key is a laboratory's. */
export const confirmLaboratory = (reviewer: Pick<Identity, 'key'>, { sourceId, key }: Laboratory): string => {
    const factHash = laboratoryHashOf({ sourceId, publicKey: key.publicKey });
    const fact = { kind: 'laboratory', subjectId: sourceId, factHash } as const;
    return reviewFact(reviewer, { ...fact, finding: 'confirmed', fromSlot: null });
};

/** A version of a source, signed by the keys that it takes; `null` where one does not sign. */
export function signSource(
    statement: SourceStatement,
    { old = null, own = null }: Readonly<{ old?: SigningKey | null; own?: SigningKey | null }>,
): string {
    const body = sourceStatementCodec.toJson(statement);
    const sign = (key: SigningKey | null): string | null =>
        key === null ? null : key.signDocument('commonwatt/source/1', SCOPE.exchange, body);
    return sourceCodec.encode({ statement, oldSignature: sign(old), newSignature: sign(own) });
}

export const registerSource = (
    sourceId: string,
    key: SigningKey,
    clients: SourceStatement['clients'] = 'anyone',
): string => signSource({ sourceId, version: 1, publicKey: key.publicKey, clients }, { own: key });

/** A source's first word on a leg and slot, unless told otherwise. */
export function stateDelivery(
    source: SigningKey,
    stated: Omit<DeliveryStatement, 'version'> & Partial<DeliveryStatement>,
): SignedDelivery {
    const statement: DeliveryStatement = { version: 1, ...stated };
    const body = statementCodec.toJson(statement);
    return { statement, signature: source.signDocument('commonwatt/statement/1', SCOPE.exchange, body) };
}

export const submitStatements = (...statements: readonly SignedDelivery[]): string =>
    submitStatementsCodec.encode({ statements });

export const stormOf = (changes: Partial<ForceMajeureStatement> = {}): ForceMajeureStatement => ({
    declarationId: 'storm-7',
    carrier: 'electricity',
    pointIds: ['solar-point'],
    fromSlot: FIRST_SLOT,
    untilSlot: FIRST_SLOT + 1,
    evidenceHash: 'ee'.repeat(32),
    reasonCode: 'lightningStroke',
    ...changes,
});

export function declareForceMajeure(
    { key }: Pick<Identity, 'key'>,
    changes: Partial<ForceMajeureStatement> = {},
): string {
    const statement = stormOf(changes);
    const body = forceMajeureStatementCodec.toJson(statement);
    const signature = key.signDocument('commonwatt/force-majeure/1', SCOPE.exchange, body);
    return declareCodec.encode({ statement, signature });
}

/** The regulator's word on a declaration of force majeure. */
export const reviewForceMajeure = (
    reviewer: Pick<Identity, 'key'>,
    changes: Partial<ForceMajeureStatement> = {},
    finding: FactReviewStatement['finding'] = 'confirmed',
): string => {
    const statement = stormOf(changes);
    const factHash = forceMajeureHashOf(statement);
    const fact = { kind: 'forceMajeure', subjectId: statement.declarationId, factHash } as const;
    return reviewFact(reviewer, { ...fact, finding, fromSlot: null });
};

/** The regulator's word on a stated fact. */
export function reviewFact({ key }: Pick<Identity, 'key'>, changes: Omit<FactReviewStatement, 'reasonCode'>): string {
    const statement: FactReviewStatement = { ...changes, reasonCode: 'checked' };
    const body = factReviewStatementCodec.toJson(statement);
    const signature = key.signDocument('commonwatt/fact-review/1', SCOPE.supervision, body);
    return reviewFactCodec.encode({ statement, signature });
}
