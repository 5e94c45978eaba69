import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ShareGrant } from '@commonwatt/chaincode/domain/connection';
import type { PointTraits } from '@commonwatt/chaincode/domain/meter';
import type { ParticipantKind, Sector } from '@commonwatt/chaincode/domain/participant';
import type { AmountNano, PowerW, PriceMicroPerKwh, SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Draft } from '@commonwatt/client';
import type { MeterSource } from '../../scenario/registers.js';
import type { OrgName } from '../../topology.js';

/** Who takes part. */
export type Subject = Readonly<{
    id: string;
    org: OrgName;
    kind: ParticipantKind;
    sector: Sector | null;
    buys: readonly Carrier[];
    sells: readonly Carrier[];
}>;

/** Where somebody is metered; without a source it is scheduled. */
export type PlannedPoint = Readonly<{
    pointId: string;
    ownerId: string;
    carrier: Carrier;
    node: string;
    source: MeterSource | null;
    traits: PointTraits;
}>;

/** What the points at one node of the grid may take and feed in, together and each. */
export type PlannedConnection = Readonly<{
    node: string;
    importMaxW: PowerW;
    exportMaxW: PowerW;
    grants: readonly ShareGrant[];
}>;

/** Terms that one party puts on the table: the prices of the draft's legs. */
export type Bid = Readonly<{ by: string; prices: readonly PriceMicroPerKwh[] }>;

/**
 * One agreement, or what should have become one. Without bids its parties exchange signed drafts; with bids they
 * negotiate on the ledger, the first being the offer and every further one a counter-offer.
 */
export type Contract = Readonly<{
    name: string;
    draft: Draft;
    bids: readonly Bid[];
    /** How a negotiation ends. */
    ends: 'agreed' | 'withdrawn' | 'expired';
    /** The energy seller that signs for the buyer, under a mandate. */
    agentId: string | null;
    /** Leaves the bounds of the standing verdict; the regulator ends it half way. */
    abusive: boolean;
}>;

/** Money that a participant brings, and what it moves from there into its credit covers. */
export type Funding = Readonly<{
    participantId: string;
    depositNano: AmountNano;
    covers: readonly Readonly<{ carrier: Carrier; amountNano: AmountNano }>[];
}>;

/** A meter that cannot report some slots in time: it keeps the readings and brings them later. */
export type Silence = Readonly<{ pointId: string; slots: readonly SlotIndex[]; reportedInSlot: SlotIndex }>;

export type Plan = Readonly<{
    subjects: readonly Subject[];
    points: readonly PlannedPoint[];
    contracts: readonly Contract[];
    fundings: readonly Funding[];
    /** Who is freed from the abusive agreement buys from another seller for the rest of the day. */
    rescue: Contract | null;
    silence: Silence | null;
    connections: readonly PlannedConnection[];
    /** More than the buyer's connection carries; it is concluded, and refused when it is to be funded. */
    oversized: Contract;
    /** Tries to trade before it is qualified. */
    newcomerId: string;
    /** Promises too much in the last slot. */
    overconfidentId: string;
}>;

export const SELLERS = ['retailer-1', 'retailer-2'] as const;
export const GAS_SUPPLIER = 'gas-1';
export const PLANT = 'plant-1';
/** Runs the charge points; what it sells there goes into the vehicles of two fleets. */
export const CHARGING = 'charging-1';
export const FLEETS = { home: 'fleet-homes', work: 'fleet-works' } as const;
/** Runs the heat pumps of commercial buildings. */
export const CONTRACTOR = 'contractor-1';
/** Operators of the electricity, heat and cooling, and gas networks. */
export const NETWORKS = { electricity: 'grid-power', heat: 'grid-heat', gas: 'grid-gas' } as const;

/** Where a seller without a meter of its own is scheduled. */
export const slackOf = (sellerId: string): string => `${sellerId}-slack`;
/** Id of a participant's metering point on a carrier's network. */
export const pointOf = (participantId: string, carrier: Carrier): string =>
    carrier === 'electricity' && !participantId.startsWith('plant-') ? participantId : `${participantId}-${carrier}`;
/** Where a charge point hands over, and where a vehicle takes. */
export const stationOf = (chargePointId: string): string => `${chargePointId}-station`;
export const vehicleOf = (chargePointId: string): string => `${chargePointId}-vehicle`;
/** Where a heat pump gives its heat. */
export const pumpHeatOf = (pumpId: string): string => `${pumpId}-heat`;
