import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { OrgName } from '../../topology.js';
import type { PlannedBuilding } from './community.js';
import { CHARGING, CONTRACTOR, FLEETS, GAS_SUPPLIER, NETWORKS, PLANT, SELLERS, type Subject } from './plan.js';
import { contractedPumps } from './sources.js';

/** Professionals that do not belong to the suppliers. */
const ORGS: Partial<Record<ParticipantKind, OrgName>> = { networkOperator: 'operator', evFleet: 'community' };

/** Everybody who trades: the buildings' owners, who supplies them, and who runs the networks. */
export function subjectsOf(buildings: readonly PlannedBuilding[]): Subject[] {
    const professional = (
        id: string,
        kind: ParticipantKind,
        buys: readonly Carrier[],
        sells: readonly Carrier[],
    ): Subject => ({ id, org: ORGS[kind] ?? 'supplier', kind, sector: null, buys, sells });
    return [
        ...SELLERS.map((id) => professional(id, 'energySeller', ['electricity'], ['electricity'])),
        professional(GAS_SUPPLIER, 'energySeller', [], ['gas']),
        professional(PLANT, 'plant', ['gas', 'electricity'], ['electricity', 'heat', 'cooling']),
        professional(CONTRACTOR, 'plant', ['electricity'], ['heat']),
        professional(CHARGING, 'chargingOperator', ['electricity'], ['electricity', 'mobility']),
        ...Object.values(FLEETS).map((id) => professional(id, 'evFleet', ['mobility'], ['mobility'])),
        professional(NETWORKS.electricity, 'networkOperator', ['electricity'], []),
        professional(NETWORKS.heat, 'networkOperator', ['heat', 'cooling'], []),
        professional(NETWORKS.gas, 'networkOperator', ['gas'], []),
        ...buildings.map(ownerOf),
    ];
}

function ownerOf(building: PlannedBuilding): Subject {
    const { id, sector, heatSupply, coldPeakW } = building;
    const buys: Carrier[] = ['electricity'];
    if (heatSupply === 'dh' || contractedPumps(building).length > 0) {
        buys.push('heat');
    }
    if (heatSupply === 'gas') {
        buys.push('gas');
    }
    if (coldPeakW > 0n) {
        buys.push('cooling');
    }
    const kind = kindOf(building);
    return { id, org: 'community', kind, sector, buys, sells: kind === 'consumer' ? [] : ['electricity'] };
}

function kindOf({ pv, batteries }: PlannedBuilding): ParticipantKind {
    if (batteries.length > 0) {
        return 'prosumerWithStorage';
    }
    return pv.length > 0 ? 'prosumer' : 'consumer';
}
