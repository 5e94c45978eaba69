import { carriersOf, endSlot, type Leg, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Dispute } from '@commonwatt/chaincode/domain/dispute';
import type { Quality } from '@commonwatt/chaincode/domain/estimation';
import type { Registers } from '@commonwatt/chaincode/domain/meter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { absolute, type EnergyWh, minus, NO_ENERGY, plus, sumEnergy } from '@commonwatt/chaincode/domain/units';
import {
    type Exposure,
    type ExposureBounds,
    exceededExposures,
    type WorstCase,
    worstCase,
} from '@commonwatt/chaincode/domain/worst-case';
import { countField, energyField, priceField } from '@commonwatt/chaincode/wire/fields';
import { exposureSchema } from '@commonwatt/chaincode/wire/verdict';
import { z } from 'zod';
import { readJsonFile } from './json-file.js';

const bandSchema = z.strictObject({ minMicroPerKwh: priceField, maxMicroPerKwh: priceField });
type Band = z.output<typeof bandSchema>;

const carrierSchema = z.strictObject({
    /** Prices outside are rejected. */
    priceLimits: bandSchema,
    /** Prices inside need no person; between these and the limits a person decides. */
    ordinaryPrices: bandSchema,
    /** The same between members of one organisation, who could move money under the name of trade. */
    internalPrices: bandSchema,
    /** More energy of one agreement goes to a person. */
    agreementEnergyMaxWh: energyField,
    /** Share of one seller in the energy agreed in the same slots, in hundredths of a percent; more goes to a person. */
    sellerShareMaxBp: countField(0, 10_000),
    /** Energy below which shares mean nothing. */
    concentrationFromWh: energyField,
});

const policySchema = z.strictObject({
    /** A carrier that is not here goes to a person. */
    carriers: z.partialRecord(z.enum(CARRIERS), carrierSchema),
    /** What an agreement may cost its parties at worst without a person. */
    exposure: exposureSchema,
    /** Most energy, import and export together, by which a check meter changes what is settled of a slot without a person. */
    checkMeterChangeMaxWh: energyField,
});

/** What the regulator lets a machine decide: data, not code. */
export type ReviewPolicy = Omit<z.output<typeof policySchema>, 'exposure'> & Readonly<{ exposure: ExposureBounds }>;

/** @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason} */
export async function readReviewPolicy(file: string): Promise<ReviewPolicy> {
    return await readJsonFile(file, policySchema);
}

/** What a reviewer knows of an agreement, or of its next version; all of it is on the ledger. */
export type ReviewCase = Readonly<{
    terms: Terms;
    parties: readonly Participant[];
    qualifications: ReadonlyMap<string, Qualification | null>;
    /** Terms of the other agreements in force or approved. */
    others: readonly Terms[];
}>;

export type Outcome = 'approve' | 'reject' | 'queue';
/** One thing that a policy has to say against what is reviewed. */
export type Finding = Readonly<{ outcome: 'reject' | 'queue'; reasonCode: string; detail: string }>;
export type Review = Readonly<{ outcome: Outcome; reasonCode: string; findings: readonly Finding[] }>;

/**
 * Decides the plain cases and leaves the rest to a person (paper §3.3): what the policy forbids is rejected, what it
 * doubts is queued, everything else is approved.
 */
export function reviewAgreement(policy: ReviewPolicy, reviewed: ReviewCase): Review {
    return decided('withinPolicy', [
        ...carrierFindings(policy, reviewed),
        ...priceFindings(policy, reviewed),
        ...sizeFindings(policy, reviewed.terms),
        ...exposureFindings(policy, reviewed.terms),
        ...relationFindings(reviewed),
        ...concentrationFindings(policy, reviewed),
    ]);
}

/** What the last run of a slot has settled of a point. */
export type SettledPoint = Registers & Readonly<{ quality: Quality }>;

/**
 * A check meter that changes little of what the meter itself measured is confirmed. A person decides whether a reading stands by
 * itself, and where the meter's own word is not what is settled: estimated, so that a reading may still come, or replaced
 * before, so that small changes would add up.
 * @param settled `null` where the slot is not settled yet
 */
export function reviewDecision(policy: ReviewPolicy, { decision }: Dispute, settled: SettledPoint | null): Review {
    const statement = decision?.statement;
    const queue = (reasonCode: string, detail: string): Finding => ({ outcome: 'queue', reasonCode, detail });
    if (statement?.checkMeter == null || statement.replacement === null) {
        const what = statement?.replacement === null ? 'the reading stands' : 'the operator’s own value';
        return decided('checkMeterSigned', [queue('notMeasured', what)]);
    }
    if (settled?.quality !== 'measured') {
        return decided('checkMeterSigned', [queue('notComparable', settled?.quality ?? 'not settled')]);
    }
    const { importWh, exportWh } = statement.replacement;
    const changeWh = plus(absolute(minus(importWh, settled.importWh)), absolute(minus(exportWh, settled.exportWh)));
    return decided(
        'checkMeterSigned',
        changeWh > policy.checkMeterChangeMaxWh ? [queue('changeLarge', `${String(changeWh)} Wh`)] : [],
    );
}

/** The first rejection decides, else the first doubt. */
function decided(plainReason: string, findings: readonly Finding[]): Review {
    const decisive = findings.find(({ outcome }) => outcome === 'reject') ?? findings[0];
    return { outcome: decisive?.outcome ?? 'approve', reasonCode: decisive?.reasonCode ?? plainReason, findings };
}

function carrierFindings(policy: ReviewPolicy, { terms, qualifications }: ReviewCase): Finding[] {
    const findings: Finding[] = [];
    for (const carrier of carriersOf(terms).filter((each) => policy.carriers[each] === undefined)) {
        findings.push({ outcome: 'queue', reasonCode: 'carrierNotCovered', detail: carrier });
    }
    for (const { carrier, sellerId, buyerId } of terms.legs) {
        for (const [participantId, side] of [
            [sellerId, 'sell'],
            [buyerId, 'buy'],
        ] as const) {
            const statement = qualifications.get(participantId)?.statement;
            const permitted =
                statement?.status === 'granted' &&
                statement.permits.some((permit) => permit.carrier === carrier && permit[side]);
            if (!permitted) {
                const detail = `${participantId} may not ${side} ${carrier}`;
                findings.push({ outcome: 'reject', reasonCode: 'notQualified', detail });
            }
        }
    }
    return findings;
}

function priceFindings(policy: ReviewPolicy, { terms, parties }: ReviewCase): Finding[] {
    return terms.legs.flatMap((leg): Finding[] => {
        const bands = policy.carriers[leg.carrier];
        const detail = `${leg.sellerId} to ${leg.buyerId}, ${leg.carrier}`;
        if (bands === undefined) {
            return [];
        }
        if (leavesBand(leg, bands.priceLimits)) {
            return [{ outcome: 'reject', reasonCode: 'priceBeyondLimit', detail }];
        }
        if (leavesBand(leg, bands.ordinaryPrices)) {
            return [{ outcome: 'queue', reasonCode: 'priceUnusual', detail }];
        }
        const [seller, buyer] = endsOf(leg, parties);
        const isInternal = seller !== undefined && seller.mspId === buyer?.mspId;
        return isInternal && leavesBand(leg, bands.internalPrices)
            ? [{ outcome: 'queue', reasonCode: 'internalPriceUnusual', detail }]
            : [];
    });
}

const leavesBand = (leg: Leg, { minMicroPerKwh, maxMicroPerKwh }: Band): boolean =>
    leg.priceMicroPerKwh.some((price) => price < minMicroPerKwh || price > maxMicroPerKwh);

const endsOf = (leg: Leg, parties: readonly Participant[]): (Participant | undefined)[] =>
    [leg.sellerId, leg.buyerId].map((id) => parties.find(({ participantId }) => participantId === id));

function sizeFindings(policy: ReviewPolicy, terms: Terms): Finding[] {
    return carriersOf(terms).flatMap((carrier): Finding[] => {
        const legs = terms.legs.filter((leg) => leg.carrier === carrier);
        const energyWh = sumEnergy(legs.flatMap((leg) => leg.energyWh));
        const maxWh = policy.carriers[carrier]?.agreementEnergyMaxWh;
        return maxWh !== undefined && energyWh > maxWh
            ? [{ outcome: 'queue', reasonCode: 'agreementLarge', detail: `${String(energyWh)} Wh of ${carrier}` }]
            : [];
    });
}

/** What terms can cost at worst, whatever the single numbers in them look like. */
const exposureFindings = (policy: ReviewPolicy, terms: Terms): Finding[] =>
    exceededExposures(terms, policy.exposure).map((exposure) => ({
        outcome: 'queue',
        reasonCode: `${exposure}Unusual`,
        detail: describeExposure(terms, exposure),
    }));

function describeExposure(terms: Terms, exposure: Exposure): string {
    const worst = terms.parties.map(({ participantId }) => worstCase(terms, participantId));
    const most = (of: (each: WorstCase) => bigint): string => {
        const largest = worst.reduce((left, right) => (of(right) > of(left) ? right : left));
        return `${largest.participantId} may owe ${String(of(largest))} nano at worst`;
    };
    const details: Readonly<Record<Exposure, () => string>> = {
        partyCost: () => most(({ costNano }) => costNano),
        partyDefault: () => most(({ defaultNano }) => defaultNano),
        defaultRate: () => `${String(terms.defaultRateMicroPerKwh)} micro for each kWh that fails`,
        tolerance: () => `${String(terms.toleranceBp)} bp may fail for nothing`,
        takeOrPay: () => 'buyers pay for what they do not take',
        source: () => `delivery is verified by ${JSON.stringify(terms.verification)}`,
    };
    return details[exposure]();
}

/** Parties with one owner could move money or quotas under the name of trade, at whatever price. */
function relationFindings({ terms, parties }: ReviewCase): Finding[] {
    return terms.legs.flatMap((leg): Finding[] => {
        const [seller, buyer] = endsOf(leg, parties);
        const sellersOwner = seller?.beneficialOwnerMspId ?? null;
        const buyersOwner = buyer?.beneficialOwnerMspId ?? null;
        const related =
            (sellersOwner !== null && (sellersOwner === buyersOwner || sellersOwner === buyer?.mspId)) ||
            (buyersOwner !== null && buyersOwner === seller?.mspId);
        const detail = `${leg.sellerId} and ${leg.buyerId}`;
        return related ? [{ outcome: 'queue', reasonCode: 'partiesRelated', detail }] : [];
    });
}

/** Share of each seller in what is agreed on its carrier in the slots of this agreement, this one included. */
function concentrationFindings(policy: ReviewPolicy, { terms, others }: ReviewCase): Finding[] {
    return carriersOf(terms).flatMap((carrier): Finding[] => {
        const bounds = policy.carriers[carrier];
        const sold = new Map<string, EnergyWh>();
        for (const each of [terms, ...others]) {
            addSold(sold, each, carrier, terms.firstSlot, endSlot(terms));
        }
        const total = sumEnergy(sold.values());
        if (bounds === undefined || total < bounds.concentrationFromWh) {
            return [];
        }
        const sellers = new Set(terms.legs.filter((leg) => leg.carrier === carrier).map((leg) => leg.sellerId));
        return [...sellers]
            .filter((id) => (sold.get(id) ?? NO_ENERGY) * 10_000n > total * BigInt(bounds.sellerShareMaxBp))
            .map((id) => ({ outcome: 'queue', reasonCode: 'sellerDominant', detail: `${id} on ${carrier}` }));
    });
}

function addSold(
    sold: Map<string, EnergyWh>,
    terms: Terms,
    carrier: Carrier,
    fromSlot: number,
    untilSlot: number,
): void {
    for (const leg of terms.legs.filter((each) => each.carrier === carrier)) {
        const from = Math.max(0, fromSlot - terms.firstSlot);
        const until = Math.max(0, untilSlot - terms.firstSlot);
        const energyWh = sumEnergy(leg.energyWh.slice(from, until));
        sold.set(leg.sellerId, plus(sold.get(leg.sellerId) ?? NO_ENERGY, energyWh));
    }
}
