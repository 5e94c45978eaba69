import type { Requirement } from '@commonwatt/chaincode/domain/requirement';

/** What a network asks, in one line. */
export function describeRequirement({ statement }: Requirement): string {
    const { carrier, version, curtailableAboveWh, leadTimeSlots, toleranceBpMax } = statement;
    const curtailment =
        curtailableAboveWh === null ? 'no curtailment' : `curtailable above ${String(curtailableAboveWh)} Wh a slot`;
    const tolerance = `tolerance up to ${String(toleranceBpMax)} bp`;
    return `${carrier}, version ${String(version)}: ${curtailment}, ${String(leadTimeSlots)} slots ahead, ${tolerance}`;
}
