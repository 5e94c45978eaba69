import type { Administrators, Charter } from '@commonwatt/chaincode/domain/charter';
import { slotsOfDays } from '@commonwatt/chaincode/domain/clock';
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

/** Notice of other rules where nobody says otherwise. */
const NOTICE_DAYS = 1;
/** What balancing energy costs at most on the European platforms, 15 000 EUR/MWh, where nobody says otherwise. */
const PRICE_MAX_MICRO_PER_KWH = '15000000';

/**
 * Reads a charter and first rules from a file. Administrators that it does not name are known by the organisational unit
 * `admin`; rules are announced a day ahead.
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
    const defaults = {
        administrators,
        rulesNoticeSlots: slotsOfDays(charter, NOTICE_DAYS),
        priceMaxMicroPerKwh: PRICE_MAX_MICRO_PER_KWH,
    };
    return translated(() => establishCodec.fromJson({ charter: { ...defaults, ...charter, ...first }, rules }));
}
