import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { ownerOf, type PostingKind } from '@commonwatt/chaincode/domain/posting';
import { INITIAL_RUN, type Settlement } from '@commonwatt/chaincode/domain/settlement';
import {
    type AmountNano,
    type EnergyWh,
    minus,
    negate,
    NO_ENERGY,
    NO_MONEY,
    sumAmounts,
    sumEnergy,
} from '@commonwatt/chaincode/domain/units';
import { legsOf } from './bill-legs.js';
import { grouped } from './grouped.js';

/** What reconciliation runs of one number changed, by kind of posting. */
export type CorrectionLine = Readonly<{
    run: number;
    kind: PostingKind;
    /**
     * By how much the energy that the money is for is more than in the run before. Of `energy` and `imbalance`: given, or
     * taken where it is below zero; default amounts are for none.
     */
    energyWh: EnergyWh;
    amountNano: AmountNano;
}>;

type Billed = Readonly<{ participantId: string; terms: ReadonlyMap<string, Terms> }>;

/** One line for each number of run and kind of posting, of all runs of the bill's slots. */
export function correctionsOf(settlements: readonly Settlement[], billed: Billed): CorrectionLine[] {
    const own = settlements
        .filter(({ run }) => run > INITIAL_RUN)
        .flatMap((settlement) => settlement.postings.map((posting) => ({ settlement, posting })))
        .filter(({ posting }) => ownerOf(posting.account) === billed.participantId);
    return grouped(own, ({ settlement, posting }) => `${String(settlement.run)} ${posting.kind}`)
        .map((group) => {
            const [{ settlement, posting }] = group;
            const corrected = new Set(group.map((each) => each.settlement));
            const energies = [...corrected].map((each) =>
                minus(
                    energyFor(posting.kind, each, billed),
                    energyFor(posting.kind, before(each, settlements), billed),
                ),
            );
            return {
                run: settlement.run,
                kind: posting.kind,
                energyWh: sumEnergy(energies),
                amountNano: sumAmounts(group.map((each) => each.posting.amountNano)),
            };
        })
        .filter(({ amountNano }) => amountNano !== NO_MONEY);
}

const before = ({ slot, run }: Settlement, settlements: readonly Settlement[]): Settlement | undefined =>
    settlements.find((each) => each.slot === slot && each.run === run - 1);

/** Energy that a participant pays or is paid for in a run, given above zero and taken below. */
function energyFor(kind: PostingKind, settlement: Settlement | undefined, billed: Billed): EnergyWh {
    if (settlement === undefined) {
        return NO_ENERGY;
    }
    const points = settlement.points.filter(({ participantId }) => participantId === billed.participantId);
    switch (kind) {
        case 'energy':
            return sumEnergy(
                legsOf(billed, [settlement]).map(({ side, result }) =>
                    side === 'sold' ? result.deliveredWh : negate(result.deliveredWh),
                ),
            );
        case 'imbalance':
            return sumEnergy(points.map(({ imbalanceWh }) => imbalanceWh));
        case 'fee':
            return sumEnergy(points.map(({ importWh }) => importWh));
        case 'feeCredit':
            return sumEnergy(points.map(({ storage }) => storage?.reexportedWh ?? NO_ENERGY));
        case 'subsidy':
            return sumEnergy(points.map(({ subsidy }) => subsidy?.energyWh ?? NO_ENERGY));
        default:
            return NO_ENERGY;
    }
}
