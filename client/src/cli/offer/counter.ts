import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import type { EnergyWh, PriceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import type { Command } from 'commander';
import { InvalidError } from '../../errors.js';
import { proposeTerms } from '../../offer-draft.js';
import { perSlot } from '../agreement/draft.js';
import { readDraft } from '../agreement/files.js';
import { addPartyOptions, type PartyOptions, partyOf } from '../agreement/party.js';
import type { Session } from '../session.js';
import { energies, prices } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { describeOffer } from './describe.js';

type Options = PartyOptions &
    Readonly<{
        draft?: string;
        energy?: readonly EnergyWh[];
        price?: readonly PriceMicroPerKwh[];
        concludeBefore?: string;
    }>;

export function registerCounter(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'counter',
        summary: 'put other terms on the table and sign them; what was signed before binds nobody any more',
        example: 'commonwatt offer counter 3f0c…e1 --price 0.19 --org supplier --as sel-1',
        mode: 'submit',
    })
        .argument('<offer>', 'id of the offer')
        .option('--draft <file>', 'file of the terms (see `offer show --draft`); by default those on the table')
        .option('--energy <wh,...>', 'Wh per slot of the only leg', energies)
        .option('--price <decimal,...>', 'currency per kWh of the only leg', prices)
        .option('--conclude-before <slot>', 'deadline: index or UTC time');
    addPartyOptions(verb);
    onRun<Options>(verb, async (session, options, [offerId = '']) => {
        const { offers } = await session.market();
        const offer = await offers.show(offerId);
        const base = options.draft === undefined ? offer.terms : await readDraft(options.draft);
        const changed = { ...base, ...quantities(base, options), ...(await deadline(session, options)) };
        const { participantId, mandateId } = await partyOf(session, options, {
            kind: 'offer',
            terms: changed,
            changes: null,
        });
        const done = await offers.counter(offer, proposeTerms(changed, participantId), { mandateId });
        const [, ...lines] = describeOffer(done.value, await session.slotNames());
        session.printCommitted(done, `Round ${String(done.value.rounds.length)} of offer ${offerId}`, lines);
    });
}

function quantities(terms: Terms, { energy, price }: Options): Partial<Terms> {
    const [leg, ...others] = terms.legs;
    if (energy === undefined && price === undefined) {
        return {};
    }
    if (leg === undefined || others.length > 0) {
        const reason = 'terms of one leg; write others to a file and use --draft';
        throw new InvalidError({ code: 'OPTION_INVALID', operands: { option: '--energy, --price', reason } });
    }
    const energyWh = energy === undefined ? leg.energyWh : perSlot(energy, terms.slotCount, '--energy');
    const priceMicroPerKwh = price === undefined ? leg.priceMicroPerKwh : perSlot(price, terms.slotCount, '--price');
    return { legs: [{ ...leg, energyWh, priceMicroPerKwh }] };
}

const deadline = async (session: Session, { concludeBefore }: Options): Promise<Partial<Terms>> =>
    concludeBefore === undefined ? {} : { concludeBeforeSlot: await session.slot(concludeBefore) };
