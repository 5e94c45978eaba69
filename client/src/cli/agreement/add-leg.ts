import type { Carrier } from '@commonwatt/chaincode/domain/charter';
import type { Conversion } from '@commonwatt/chaincode/domain/conversion';
import type { EnergyWh, PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { withLeg } from '../../agreement-draft.js';
import { carrier, count, energies, prices, ratios } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeTerms } from './describe.js';
import { perSlot } from './draft.js';
import { namesOf, readDraft, writeDraft } from './files.js';

type Options = Readonly<{
    carrier: Carrier;
    seller: string;
    sellerPoint: string;
    sellerLane: number;
    buyer: string;
    buyerPoint: string;
    buyerLane: number;
    energy: readonly EnergyWh[];
    price: readonly PriceMicroPerKwh[];
    madeFrom: readonly Omit<Conversion, 'outputLeg'>[];
}>;

export function registerAddLeg(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'add-leg',
        summary: 'add a leg to a draft that nobody has signed yet: all legs hold, or none; say what it is made from',
        example:
            'commonwatt agreement add-leg draft.json --carrier electricity --seller chp-1 --seller-point mp-chp-1 ' +
            '--buyer bld-12 --buyer-point mp-bld-12 --energy 380 --price 0.18 --made-from 0:0.38',
        mode: 'local',
    })
        .argument('<draft>', 'file of the draft (see `agreement draft`); the leg is written into it')
        .requiredOption('--carrier <carrier>', 'electricity, heat, cooling, gas, mobility, coal or oil', carrier)
        .requiredOption('--seller <id>', 'participant that sells')
        .requiredOption('--seller-point <id>', 'its metering point')
        .option('--seller-lane <number>', 'lane of its account, if it is no party yet', count, 0)
        .requiredOption('--buyer <id>', 'participant that buys')
        .requiredOption('--buyer-point <id>', 'its metering point')
        .option('--buyer-lane <number>', 'lane of its account, if it is no party yet', count, 0)
        .requiredOption('--energy <wh,...>', 'Wh per slot of the draft; one for all slots or one each', energies)
        .requiredOption('--price <decimal,...>', 'currency per kWh; one for all slots or one each', prices)
        .option(
            '--made-from <leg:ratio,...>',
            'legs whose energy the seller makes it from, by position from 0, and kWh made of each kWh',
            ratios,
            [],
        );
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const draft = await readDraft(file);
        const { seller: sellerId, buyer: buyerId, sellerPoint, buyerPoint, madeFrom } = options;
        const terms = withLeg(draft, {
            leg: {
                carrier: options.carrier,
                sellerId,
                sellerPoint,
                buyerId,
                buyerPoint,
                energyWh: perSlot(options.energy, draft.slotCount, '--energy'),
                priceMicroPerKwh: perSlot(options.price, draft.slotCount, '--price'),
            },
            madeFrom,
            lanes: { [sellerId]: options.sellerLane, [buyerId]: options.buyerLane },
        });
        await writeDraft(file, terms);
        const names = namesOf(terms);
        session.print({ ...names, leg: terms.legs.length - 1, file }, [
            `Added leg ${String(terms.legs.length - 1)}; agreement ${names.agreementId} in ${file}:`,
            ...describeTerms(terms),
        ]);
    });
}
