import type { Consent, Terms } from '@commonwatt/chaincode/domain/agreement';
import type { Command } from 'commander';
import { InvalidError } from '../../errors.js';
import type { Market } from '../../market.js';
import { collect } from '../values.js';
import { addVerb, onRun } from '../verb.js';
import { readConsent, readDraft } from './files.js';

type Options = Readonly<{ consent?: readonly string[]; fold: boolean; offer?: string }>;

export function registerConclude(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'conclude',
        summary: "put an agreement on the ledger with every party's signature, and its escrow aside; anyone may",
        example:
            'commonwatt agreement conclude draft.json --consent consent-bld-12.json --consent consent-sel-1.json ' +
            '--org supplier --as sel-1',
        mode: 'submit',
    })
        .argument('[draft]', 'file of the draft')
        .option('--consent <file>', "file of a party's signature; once for each party", collect)
        .option('--no-fold', 'name no credits of the parties: their lanes hold enough')
        .option('--offer <offer>', 'accepted offer that holds terms and signatures, in place of the files');
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const market = await session.market();
        const [terms, consents] =
            options.offer === undefined
                ? await signedFiles(file, options.consent ?? [])
                : await signedOffer(market, options.offer);
        const done = await market.agreements.conclude(terms, consents, options.fold ? undefined : []);
        session.printCommitted(done, `Concluded agreement ${done.value.agreementId}`);
    });
}

async function signedOffer({ offers }: Market, offerId: string): Promise<[Terms, readonly Consent[]]> {
    const { terms, consents } = await offers.show(offerId);
    return [terms, consents];
}

async function signedFiles(draft: string, files: readonly string[]): Promise<[Terms, readonly Consent[]]> {
    if (draft === '') {
        throw new InvalidError({ code: 'OPTION_MISSING', operands: { option: '--offer, or a draft' } });
    }
    const terms = await readDraft(draft);
    const consents: Consent[] = [];
    for (const file of files) {
        consents.push(await readConsent(file, terms));
    }
    return [terms, consents];
}
