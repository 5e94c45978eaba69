import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { ParticipantKind } from '@commonwatt/chaincode/domain/participant';
import type { PlannedBuilding } from './community.js';
import { GAS_SUPPLIER, NETWORKS, PLANT, SELLERS, type Subject } from './plan.js';

/** Everybody who trades: the buildings' owners, who supplies them, and who runs the networks. */
export function subjectsOf(buildings: readonly PlannedBuilding[]): Subject[] {
    const professional = (
        id: string,
        kind: ParticipantKind,
        buys: readonly Carrier[],
        sells: readonly Carrier[],
    ): Subject => ({ id, org: kind === 'networkOperator' ? 'operator' : 'supplier', kind, sector: null, buys, sells });
    return [
        ...SELLERS.map((id) => professional(id, 'energySeller', ['electricity'], ['electricity'])),
        professional(GAS_SUPPLIER, 'energySeller', [], ['gas']),
        professional(PLANT, 'plant', ['gas', 'electricity'], ['electricity', 'heat', 'cooling']),
        professional(NETWORKS.electricity, 'networkOperator', ['electricity'], []),
        professional(NETWORKS.heat, 'networkOperator', ['heat', 'cooling'], []),
        professional(NETWORKS.gas, 'networkOperator', ['gas'], []),
        ...buildings.map(ownerOf),
    ];
}

function ownerOf(building: PlannedBuilding): Subject {
    const { id, sector, heatSupply, coldPeakW } = building;
    const buys: Carrier[] = ['electricity'];
    if (heatSupply === 'dh') {
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
