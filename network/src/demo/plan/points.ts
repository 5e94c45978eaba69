import { PLAIN_POINT, type PointTraits } from '@commonwatt/chaincode/domain/meter';
import type { MeterSource } from '../../scenario/registers.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { PlannedBuilding } from './community.js';
import { CHILLER_POINTS } from './heat.js';
import {
    CHARGING,
    CONTRACTOR,
    FLEETS,
    GAS_SUPPLIER,
    NETWORKS,
    PLANT,
    type PlannedPoint,
    pointOf,
    pumpHeatOf,
    SELLERS,
    slackOf,
    stationOf,
    vehicleOf,
} from './plan.js';
import type { PlantMeters, Plants } from './plant.js';
import { coldOf, connectionOf, contractedPumps, deviceOf, gasOf, heatOf, pumpedHeatOf } from './sources.js';
import type { PlannedStorage } from './storage.js';

/** Node at which the community hangs on the networks above it. */
const SLACK_NODE = 'slack';

export type PointsInput = Readonly<{
    scenario: Scenario;
    buildings: readonly PlannedBuilding[];
    plants: Plants;
    plantMeters: PlantMeters;
    storages: readonly PlannedStorage[];
}>;

/** Every metering point, with what its meter measures; whatever hangs behind another comes after it. */
export function pointsOf(input: PointsInput): PlannedPoint[] {
    const scheduled = (ownerId: string, carrier: PlannedPoint['carrier'], pointId = slackOf(ownerId)): PlannedPoint =>
        pointAt(pointId, { ownerId, carrier, node: SLACK_NODE }, null);
    return [
        ...SELLERS.map((seller) => scheduled(seller, 'electricity')),
        scheduled(GAS_SUPPLIER, 'gas'),
        scheduled(NETWORKS.electricity, 'electricity', pointOf(NETWORKS.electricity, 'electricity')),
        scheduled(NETWORKS.heat, 'heat', pointOf(NETWORKS.heat, 'heat')),
        scheduled(NETWORKS.gas, 'gas', pointOf(NETWORKS.gas, 'gas')),
        ...plantPoints(input),
        ...input.buildings.flatMap((building) => connectionPoints(input, building)),
        ...input.buildings.flatMap((building) => subMeters(input, building)),
        ...input.buildings.flatMap(mobilityPoints),
    ];
}

type Place = Pick<PlannedPoint, 'ownerId' | 'carrier' | 'node'>;

const pointAt = (
    pointId: string,
    place: Place,
    source: MeterSource | null,
    traits: Partial<PointTraits> = {},
): PlannedPoint => ({ pointId, ...place, source, traits: { ...PLAIN_POINT, ...traits } });

function plantPoints({ plants: { chp, chiller }, plantMeters: meters }: PointsInput): PlannedPoint[] {
    const device = (
        pointId: string,
        carrier: PlannedPoint['carrier'],
        node: string,
        simulatedWh: ReadonlyMap<number, bigint>,
    ): PlannedPoint => pointAt(pointId, { ownerId: PLANT, carrier, node }, { columns: [], simulatedWh });
    return [
        device(pointOf(PLANT, 'gas'), 'gas', chp.gasNode, meters.gas),
        device(pointOf(PLANT, 'electricity'), 'electricity', chp.bus, meters.power),
        device(pointOf(PLANT, 'heat'), 'heat', chp.heatNode, meters.heat),
        device(CHILLER_POINTS.power, 'electricity', chiller.bus, meters.chillerPower),
        device(CHILLER_POINTS.cold, 'cooling', chiller.bus, meters.chillerCold),
    ];
}

/** Where a building is connected to the networks. */
function connectionPoints({ scenario, storages }: PointsInput, building: PlannedBuilding): PlannedPoint[] {
    const { id: ownerId, bus, heatSupply, heatNode, gasNode, coldPeakW, pv } = building;
    const storage = storages.find(({ owner }) => owner.id === ownerId);
    const power = connectionOf(scenario, building, storage?.netImportWh ?? new Map<number, bigint>());
    const isHeated = heatSupply === 'dh' || contractedPumps(building).length > 0;
    const at = (carrier: PlannedPoint['carrier'], node: string, source: MeterSource): PlannedPoint =>
        pointAt(pointOf(ownerId, carrier), { ownerId, carrier, node }, source);
    return [
        pointAt(ownerId, { ownerId, carrier: 'electricity', node: bus }, power, { isRenewable: pv.length > 0 }),
        ...(isHeated ? [at('heat', heatNode ?? bus, heatOf(ownerId))] : []),
        ...(heatSupply === 'gas' ? [at('gas', gasNode ?? '', gasOf(ownerId))] : []),
        ...(coldPeakW > 0n ? [at('cooling', bus, coldOf(ownerId))] : []),
    ];
}

/** Devices with meters of their own behind a building's connection. */
function subMeters({ storages }: PointsInput, building: PlannedBuilding): PlannedPoint[] {
    const { id: parentPointId, bus: node } = building;
    const own = storages.filter(({ owner }) => owner.id === building.id);
    return [
        ...own.map(({ battery, netImportWh }) =>
            pointAt(
                battery.id,
                { ownerId: building.id, carrier: 'electricity', node },
                { columns: [], simulatedWh: netImportWh },
                { parentPointId, storageEfficiencyBp: battery.efficiencyBp },
            ),
        ),
        ...building.chargePoints.map(({ id }) =>
            pointAt(id, { ownerId: CHARGING, carrier: 'electricity', node }, deviceOf(id), {
                parentPointId,
                chargePointId: id,
            }),
        ),
        ...contractedPumps(building).flatMap(({ id }) => [
            pointAt(id, { ownerId: CONTRACTOR, carrier: 'electricity', node }, deviceOf(id), { parentPointId }),
            pointAt(pumpHeatOf(id), { ownerId: CONTRACTOR, carrier: 'heat', node }, pumpedHeatOf(building.id)),
        ]),
    ];
}

/** Station and vehicle at every charge point, which has the only meter. */
function mobilityPoints({ chargePoints, bus: node }: PlannedBuilding): PlannedPoint[] {
    return chargePoints.flatMap(({ id: chargePointId, place }) => [
        pointAt(stationOf(chargePointId), { ownerId: CHARGING, carrier: 'mobility', node }, null, { chargePointId }),
        pointAt(vehicleOf(chargePointId), { ownerId: FLEETS[place], carrier: 'mobility', node }, null, {
            chargePointId,
        }),
    ]);
}
