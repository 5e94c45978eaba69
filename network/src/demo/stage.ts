import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { MeterState } from '@commonwatt/client';
import type { Network } from '../network.js';
import type { Cast } from './cast.js';
import type { Journal } from './check.js';
import type { DayMeter } from './day-meter.js';
import type { Contract, Plan } from './plan/plan.js';

/** An agreement of the demo once it is on the ledger. */
export type Concluded = Readonly<{ contract: Contract; agreementId: string }>;

/** What the acts of the demo share. */
export type Stage = Readonly<{
    network: Network;
    cast: Cast;
    journal: Journal;
    plan: Plan;
    /** Slots that are delivered, consecutive. */
    slots: readonly SlotIndex[];
    /** Slots after the end of a slot in which its readings are waited for, by the rules. */
    readingDeadlineSlots: number;
    /** Registers of a metering point at the end of a slot; of the slot before the first one, its baseline. */
    registersAt: (pointId: string, slot: SlotIndex) => MeterState;
    /** Meter of each metering point that has one. */
    meters: Map<string, DayMeter>;
}>;

/** The standing verdict under which ordinary trade waits for nobody. */
export const STANDING_ID = 'ordinary-trade';

export const firstSlot = (stage: Stage): SlotIndex => stage.slots[0] ?? 0;
