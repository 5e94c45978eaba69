import { prefunding, heldBy } from '@commonwatt/chaincode/domain/escrow';
import {
    type AmountNano,
    amountNano,
    type EnergyWh,
    energyWh,
    NO_MONEY,
    plus,
    type PriceMicroPerKwh,
    type SlotIndex,
} from '@commonwatt/chaincode/domain/units';
import { draftTerms } from '@commonwatt/client';
import { type MeterSource, registersOfMeter } from '../../scenario/registers.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { Community } from './community.js';
import {
    failedOffers,
    neighbourSales,
    networkLosses,
    oversizedSupply,
    overconfidentOf,
    plainConsumers,
    rescueSupply,
    retailSupply,
} from './electricity.js';
import { connectionsOf } from './connections.js';
import { ThermalPlan } from './heat.js';
import { heatPumps } from './heat-pumps.js';
import { charging } from './mobility.js';
import { Outlook } from './outlook.js';
import type { Contract, Funding, Plan, Silence, Subject } from './plan.js';
import { plantMeters, plantsOf } from './plant.js';
import { pointsOf } from './points.js';
import { coldOf, heatOf } from './sources.js';
import { storages } from './storage.js';
import { subjectsOf } from './subjects.js';

export type PlanInput = Readonly<{
    scenario: Scenario;
    community: Community;
    slots: readonly SlotIndex[];
    wholesale: readonly PriceMicroPerKwh[];
}>;

/** Chooses who trades what with whom, from what is known beforehand, and says what every meter will measure. */
export function makePlan(input: PlanInput): Plan {
    const { scenario, community, slots } = input;
    const outlook = new Outlook(input);
    const plants = plantsOf(community);
    const thermal = new ThermalPlan(outlook, plants);
    const batteries = storages(outlook);
    // In this order each takes what it needs of what is still open; the sellers of last resort come last.
    const contracts = [
        ...batteries.flatMap(({ contracts }) => contracts),
        ...neighbourSales(outlook),
        ...heatPumps(outlook),
        ...charging(outlook),
        ...thermal.cogeneration(),
        ...thermal.sunToCold(),
        ...thermal.supply(),
        ...retailSupply(outlook),
        ...networkLosses(outlook),
        ...failedOffers(outlook),
    ];
    const abusive = contracts.find((contract) => contract.abusive);
    const oversized = oversizedSupply(outlook);
    const rescue = rescueSupply(outlook, abusive, turningPoint(slots) + 1);
    const metered = plantMeters(plants, {
        slots,
        heatWh: sumOver(
            scenario,
            slots,
            community.buildings.filter(({ heatSupply }) => heatSupply === 'dh').map(({ id }) => heatOf(id)),
        ),
        coldWh: sumOver(
            scenario,
            slots,
            community.buildings.filter(({ coldPeakW }) => coldPeakW > 0n).map(({ id }) => coldOf(id)),
        ),
    });
    const subjects = subjectsOf(community.buildings);
    const points = pointsOf({
        scenario,
        buildings: community.buildings,
        plants,
        plantMeters: metered,
        storages: batteries,
    });
    return {
        subjects,
        points,
        contracts,
        fundings: fundingsOf(subjects, [...contracts, oversized, ...(rescue === null ? [] : [rescue])]),
        connections: connectionsOf(community.buildings, points),
        oversized,
        rescue,
        silence: silenceOf(outlook),
        newcomerId: community.buildings.at(-1)?.id ?? '',
        overconfidentId: overconfidentOf(community.buildings).id,
    };
}

/** Position of the slot in which the regulator ends the abusive agreement. */
export const turningPoint = (slots: readonly SlotIndex[]): number => Math.floor(slots.length / 2);

/** Of a longer day, a household's meter misses half an hour early on and reports it three hours later. */
const SILENT_SLOTS = 12;

function silenceOf(outlook: Outlook): Silence | null {
    const { slots } = outlook;
    const from = 2;
    // Later than a day may be ahead of its settlement, so that estimates are what the slots are settled on first.
    const reportedInSlot = slots[from + SILENT_SLOTS];
    const [, building] = plainConsumers(outlook);
    return building === undefined || reportedInSlot === undefined || slots.length < 32
        ? null
        : { pointId: building.id, slots: slots.slice(from, from + 2), reportedInSlot };
}

/** What meters with these sources take together, slot by slot, as their registers will show it. */
function sumOver(scenario: Scenario, slots: readonly SlotIndex[], sources: readonly MeterSource[]): EnergyWh[] {
    const all = sources.map((source) => registersOfMeter(scenario, source));
    return slots.map((slot) => {
        const index = slot - scenario.firstSlot;
        const energies = all.map(
            (registers) => (registers[index]?.importWh ?? 0n) - (registers[index - 1]?.importWh ?? 0n),
        );
        return energyWh(energies.reduce((sum, energy) => sum + energy, 0n));
    });
}

/** One unit of the currency. */
const UNIT_NANO = 1_000_000_000n;
/** What everybody brings above what its agreements set aside. */
const RESERVE_NANO = 20n * UNIT_NANO;
/** Credit cover that a participant provides for each kWh it has agreed to take, µ/kWh: fees and some imbalance. */
const COVER_MICRO = 150_000n;
/** Below this the rules' debt limit is cover enough. */
const COVER_LEAST_NANO = 2n * UNIT_NANO;

function fundingsOf(subjects: readonly Subject[], contracts: readonly Contract[]): Funding[] {
    const needed = new Map<string, AmountNano>();
    const covers = new Map<string, Map<Subject['buys'][number], AmountNano>>();
    for (const { draft } of contracts) {
        for (const holding of prefunding(draftTerms(draft))) {
            needed.set(holding.participantId, plus(needed.get(holding.participantId) ?? NO_MONEY, heldBy(holding)));
        }
        for (const { carrier, buyerId, energyWh: energies } of draft.legs) {
            const own = covers.get(buyerId) ?? new Map<Subject['buys'][number], AmountNano>();
            const boughtWh = energies.reduce((sum, energy) => sum + energy, 0n);
            own.set(carrier, plus(own.get(carrier) ?? NO_MONEY, amountNano(boughtWh * COVER_MICRO)));
            covers.set(buyerId, own);
        }
    }
    return subjects.map(({ id: participantId }) => {
        const own = [...(covers.get(participantId) ?? [])]
            .filter(([, amount]) => amount >= COVER_LEAST_NANO)
            .map(([carrier, amount]) => ({ carrier, amountNano: roundedUp(amount) }));
        const covered = own.reduce((sum, { amountNano: amount }) => plus(sum, amount), NO_MONEY);
        const total = plus(needed.get(participantId) ?? NO_MONEY, covered);
        return { participantId, depositNano: roundedUp(plus(total, amountNano(RESERVE_NANO))), covers: own };
    });
}

/** Up to whole units of the currency. */
const roundedUp = (amount: AmountNano): AmountNano => amountNano(((amount + UNIT_NANO - 1n) / UNIT_NANO) * UNIT_NANO);
