import type { Administrators, Charter } from '@commonwatt/chaincode/domain/charter';
import type { SlotIndex } from '@commonwatt/chaincode/domain/units';
import { type EstablishCommand, establishCodec } from '@commonwatt/chaincode/wire/charter';
import { z } from 'zod';
import { translated } from './errors.js';
import { readJsonFile } from './json-file.js';

const fileSchema = z.object({
    charter: z.looseObject({
        orgs: z.record(z.string(), z.string()),
        slotMinutes: z.number().int().min(1),
    }),
    rules: z.json(),
});

/** How Fabric marks administrators where nobody says otherwise. */
const BY_UNIT: Administrators = { unit: 'admin', certificates: [] };

/**
 * Reads a charter and first rules from a file. Administrators that it does not name are known by the organisational unit
 * `admin`.
 * @param firstSlotOf the first slot of the market; `undefined` leaves it to the file
 * @throws NotFoundError FILE_MISSING · InvalidError FILE_INVALID, INPUT_INVALID
 */
export async function readCharter(
    file: string,
    firstSlotOf: (grid: Pick<Charter, 'slotMinutes'>) => SlotIndex | undefined,
): Promise<EstablishCommand> {
    const { charter, rules } = await readJsonFile(file, fileSchema);
    const administrators = Object.fromEntries(Object.values(charter.orgs).map((mspId) => [mspId, BY_UNIT]));
    const firstSlot = firstSlotOf(charter);
    const first = firstSlot === undefined ? {} : { firstSlot };
    return translated(() => establishCodec.fromJson({ charter: { administrators, ...charter, ...first }, rules }));
}
