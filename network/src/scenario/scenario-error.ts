import { NetworkError } from '../network-error.js';

export type ScenarioErrorCode =
    | 'fileMissing'
    | 'communityInvalid'
    | 'columnMissing'
    | 'columnRepeated'
    | 'cellCount'
    | 'rowCount'
    | 'valueInvalid'
    | 'slotInvalid'
    | 'slotSpacing'
    | 'slotMisaligned'
    | 'weekUnknown'
    | 'dateInvalid'
    | 'dayOutsideWeek'
    | 'buildingUnknown'
    | 'priceMissing';

/** Where in a file the fault is; lines count from 1, columns go by the name in the header. */
export type Place = Readonly<{ file: string; line?: number; column?: string }>;

/** A scenario folder that cannot be used as it is, or a question that it has no answer to. */
export class ScenarioError extends NetworkError {
    readonly code: ScenarioErrorCode;
    readonly place: Place;

    constructor(code: ScenarioErrorCode, place: Place, fault: string, remedy: string) {
        const subject = describePlace(place);
        super(`${subject}: ${fault}.`, { subject, remedy });
        this.name = 'ScenarioError';
        this.code = code;
        this.place = place;
    }
}

function describePlace(place: Place): string {
    const line = place.line === undefined ? '' : `:${String(place.line)}`;
    const column = place.column === undefined ? '' : `, column ${place.column}`;
    return `${place.file}${line}${column}`;
}
