import { PLAIN_POINT } from '@commonwatt/chaincode/domain/meter';
import { columnsBehind, type MeterSource } from '../../scenario/registers.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { PlannedBuilding } from './community.js';
import { CHILLER_POINTS } from './heat.js';
import { GAS_SUPPLIER, NETWORKS, PLANT, type PlannedPoint, pointOf, SELLERS, slackOf } from './plan.js';
import type { PlantMeters, Plants } from './plant.js';
import { coldOf, gasOf, heatOf } from './sources.js';

/** Node at which the community hangs on the networks above it. */
const SLACK_NODE = 'slack';

/** Every metering point, with what its meter measures. */
export function pointsOf(
    scenario: Scenario,
    buildings: readonly PlannedBuilding[],
    plants: Plants,
    meters: PlantMeters,
): PlannedPoint[] {
    const point = (
        pointId: string,
        place: Pick<PlannedPoint, 'ownerId' | 'carrier' | 'node'>,
        source: MeterSource | null,
    ): PlannedPoint => ({ pointId, ...place, source, traits: PLAIN_POINT });
    const scheduled = (ownerId: string, carrier: PlannedPoint['carrier'], pointId = slackOf(ownerId)): PlannedPoint =>
        point(pointId, { ownerId, carrier, node: SLACK_NODE }, null);
    const device = (
        pointId: string,
        carrier: PlannedPoint['carrier'],
        node: string,
        simulatedWh: ReadonlyMap<number, bigint>,
    ): PlannedPoint => point(pointId, { ownerId: PLANT, carrier, node }, { columns: [], simulatedWh });
    const { chp, chiller } = plants;
    return [
        ...SELLERS.map((seller) => scheduled(seller, 'electricity')),
        scheduled(GAS_SUPPLIER, 'gas'),
        scheduled(NETWORKS.electricity, 'electricity', pointOf(NETWORKS.electricity, 'electricity')),
        scheduled(NETWORKS.heat, 'heat', pointOf(NETWORKS.heat, 'heat')),
        scheduled(NETWORKS.gas, 'gas', pointOf(NETWORKS.gas, 'gas')),
        ...buildings.flatMap((building) => pointsOfBuilding(scenario, building, point)),
        device(pointOf(PLANT, 'gas'), 'gas', chp.gasNode, meters.gas),
        device(pointOf(PLANT, 'electricity'), 'electricity', chp.bus, meters.power),
        device(pointOf(PLANT, 'heat'), 'heat', chp.heatNode, meters.heat),
        device(CHILLER_POINTS.power, 'electricity', chiller.bus, meters.chillerPower),
        device(CHILLER_POINTS.cold, 'cooling', chiller.bus, meters.chillerCold),
    ];
}

function pointsOfBuilding(
    scenario: Scenario,
    building: PlannedBuilding,
    point: (
        pointId: string,
        place: Pick<PlannedPoint, 'ownerId' | 'carrier' | 'node'>,
        source: MeterSource,
    ) => PlannedPoint,
): PlannedPoint[] {
    const { id: ownerId, bus, heatSupply, heatNode, gasNode, coldPeakW, pv } = building;
    const power = point(
        pointOf(ownerId, 'electricity'),
        { ownerId, carrier: 'electricity', node: bus },
        { columns: columnsBehind(scenario, { buildingId: ownerId }) },
    );
    const points = [{ ...power, traits: { ...power.traits, isRenewable: pv.length > 0 } }];
    if (heatSupply === 'dh') {
        points.push(
            point(pointOf(ownerId, 'heat'), { ownerId, carrier: 'heat', node: heatNode ?? '' }, heatOf(ownerId)),
        );
    }
    if (heatSupply === 'gas') {
        points.push(point(pointOf(ownerId, 'gas'), { ownerId, carrier: 'gas', node: gasNode ?? '' }, gasOf(ownerId)));
    }
    if (coldPeakW > 0n) {
        points.push(point(pointOf(ownerId, 'cooling'), { ownerId, carrier: 'cooling', node: bus }, coldOf(ownerId)));
    }
    return points;
}
