import { carriersOf, endSlot, type Terms } from '@commonwatt/chaincode/domain/agreement';
import { CARRIERS, type Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Participant } from '@commonwatt/chaincode/domain/participant';
import type { Qualification } from '@commonwatt/chaincode/domain/qualification';
import { type EnergyWh, NO_ENERGY, plus, sumEnergy } from '@commonwatt/chaincode/domain/units';
import { carrierField, countField, energyField, priceField } from '@commonwatt/chaincode/wire/fields';
import { z } from 'zod';
import { readJsonFile } from './json-file.js';

const bandSchema = z.strictObject({ minMicroPerKwh: priceField, maxMicroPerKwh: priceField });

const policySchema = z.strictObject({
    /** Prices outside are rejected. */
    priceLimits: z.partialRecord(z.enum(CARRIERS), bandSchema),
    /** Prices inside need no person; between these and the limits a person decides. */
    ordinaryPrices: z.partialRecord(z.enum(CARRIERS), bandSchema),
    /** Larger agreements go to a person. */
    agreementEnergyMaxWh: energyField,
    /** Share of one seller in the energy agreed on a carrier in the same slots, in hundredths of a percent. */
    sellerShareMaxBp: countField(0, 10_000),
    /** Energy on a carrier below which shares mean nothing. */
    concentrationFromWh: energyField,
    carriers: z.array(carrierField).max(CARRIERS.length),
});

/** What the regulator lets a machine decide: data, not code. */
export type ReviewPolicy = z.output<typeof policySchema>;

/** @throws NotFoundError FILE_MISSING {file} · InvalidError FILE_INVALID {file, path, reason} */
export async function readReviewPolicy(file: string): Promise<ReviewPolicy> {
    return await readJsonFile(file, policySchema);
}

/** What a reviewer knows of an agreement; all of it is on the ledger. */
export type ReviewCase = Readonly<{
    terms: Terms;
    parties: readonly Participant[];
    qualifications: ReadonlyMap<string, Qualification | null>;
    /** Terms of the other agreements in force or approved. */
    others: readonly Terms[];
}>;

export type Outcome = 'approve' | 'reject' | 'queue';
/** One thing that a policy has to say against an agreement. */
export type Finding = Readonly<{ outcome: 'reject' | 'queue'; reasonCode: string; detail: string }>;
export type Review = Readonly<{ outcome: Outcome; reasonCode: string; findings: readonly Finding[] }>;

/**
 * Decides the plain cases and leaves the rest to a person (paper §3.3): what the policy forbids is rejected, what it
 * doubts is queued, everything else is approved.
 */
export function reviewAgreement(policy: ReviewPolicy, reviewed: ReviewCase): Review {
    const findings = [
        ...carrierFindings(policy, reviewed),
        ...priceFindings(policy, reviewed.terms),
        ...sizeFindings(policy, reviewed.terms),
        ...relationFindings(reviewed),
        ...concentrationFindings(policy, reviewed),
    ];
    const decisive = findings.find(({ outcome }) => outcome === 'reject') ?? findings[0];
    return {
        outcome: decisive?.outcome ?? 'approve',
        reasonCode: decisive?.reasonCode ?? 'withinPolicy',
        findings,
    };
}

function carrierFindings(policy: ReviewPolicy, { terms, qualifications }: ReviewCase): Finding[] {
    const findings: Finding[] = [];
    for (const carrier of carriersOf(terms).filter((each) => !policy.carriers.includes(each))) {
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

function priceFindings(policy: ReviewPolicy, terms: Terms): Finding[] {
    return terms.legs.flatMap((leg): Finding[] => {
        const outside = (band: z.output<typeof bandSchema> | undefined): boolean =>
            band !== undefined &&
            leg.priceMicroPerKwh.some((price) => price < band.minMicroPerKwh || price > band.maxMicroPerKwh);
        const detail = `${leg.sellerId} to ${leg.buyerId}, ${leg.carrier}`;
        if (outside(policy.priceLimits[leg.carrier])) {
            return [{ outcome: 'reject', reasonCode: 'priceBeyondLimit', detail }];
        }
        return outside(policy.ordinaryPrices[leg.carrier])
            ? [{ outcome: 'queue', reasonCode: 'priceUnusual', detail }]
            : [];
    });
}

function sizeFindings(policy: ReviewPolicy, terms: Terms): Finding[] {
    const energyWh = sumEnergy(terms.legs.flatMap((leg) => leg.energyWh));
    return energyWh > policy.agreementEnergyMaxWh
        ? [{ outcome: 'queue', reasonCode: 'agreementLarge', detail: `${String(energyWh)} Wh` }]
        : [];
}

/** Parties with one owner could move money or quotas under the name of trade. */
function relationFindings({ terms, parties }: ReviewCase): Finding[] {
    const ownersOf = (participantId: string): string[] => {
        const party = parties.find((each) => each.participantId === participantId);
        return party?.beneficialOwnerMspId == null ? [] : [party.beneficialOwnerMspId];
    };
    return terms.legs.flatMap(({ sellerId, buyerId }): Finding[] => {
        const [seller, buyer] = [sellerId, buyerId].map((id) => ownersOf(id)[0]);
        const mspOf = (id: string): string | undefined => parties.find((each) => each.participantId === id)?.mspId;
        const related =
            (seller !== undefined && (seller === buyer || seller === mspOf(buyerId))) ||
            (buyer !== undefined && buyer === mspOf(sellerId));
        const detail = `${sellerId} and ${buyerId}`;
        return related ? [{ outcome: 'queue', reasonCode: 'partiesRelated', detail }] : [];
    });
}

/** Share of each seller in what is agreed on its carrier in the slots of this agreement, this one included. */
function concentrationFindings(policy: ReviewPolicy, { terms, others }: ReviewCase): Finding[] {
    return carriersOf(terms).flatMap((carrier): Finding[] => {
        const sold = new Map<string, EnergyWh>();
        for (const each of [terms, ...others]) {
            addSold(sold, each, carrier, terms.firstSlot, endSlot(terms));
        }
        const total = sumEnergy(sold.values());
        if (total < policy.concentrationFromWh) {
            return [];
        }
        const sellers = new Set(terms.legs.filter((leg) => leg.carrier === carrier).map((leg) => leg.sellerId));
        return [...sellers]
            .filter((id) => (sold.get(id) ?? NO_ENERGY) * 10_000n > total * BigInt(policy.sellerShareMaxBp))
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
