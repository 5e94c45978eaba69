import { marketError } from '../domain/errors.js';
import { emptyLoading, loadingStart } from '../domain/loading.js';
import {
    admissionCodec,
    type AdmissionOutcome,
    admissionOutcomesCodec,
    admissionQueryCodec,
    admitCodec,
    loadingCodec,
    loadingQueryCodec,
} from '../wire/admission.js';
import { encodePage, pageQueryCodec } from '../wire/query.js';
import { ADMISSION, LOADING } from '../store/keys.js';
import { takeUp } from './admission.js';
import { ExchangeContract } from './exchange-contract.js';
import { LoadBook } from './load-book.js';
import type { TradeContext } from './trade-context.js';

/** Rounds of admission: what points carry is shared out to agreements, in one transaction for many (paper §3.3). */
export class AdmissionContract extends ExchangeContract {
    /**
     * Takes up versions in the order named. Each that fits beside all that was admitted before is admitted; the others are
     * left with the reason, and hold nobody up. What agreements no longer need is given back. Anyone may push it.
     * @throws AGREEMENT_MISSING
     */
    async run(ctx: TradeContext, command: string): Promise<string> {
        const { versions, fromSlot } = admitCodec.decode(command);
        const book = new LoadBook(ctx, fromSlot);
        const outcomes: AdmissionOutcome[] = [];
        for (const version of versions) {
            outcomes.push(await takeUp(ctx, book, version));
        }
        if (book.put()) {
            const agreementIds = outcomes.filter(({ isChanged }) => isChanged).map(({ agreementId }) => agreementId);
            await ctx.commit({ event: { name: 'AgreementsAdmitted/1', payload: { agreementIds } } });
        }
        return admissionOutcomesCodec.encode(outcomes);
    }

    /** What is set aside for an agreement. @throws CAPACITY_NOT_SET {agreementId} */
    async show(ctx: TradeContext, query: string): Promise<string> {
        const { agreementId } = admissionQueryCodec.decode(query);
        const admission = await ctx.ledger.get(ADMISSION, agreementId);
        if (admission === null) {
            throw marketError('CAPACITY_NOT_SET', { agreementId });
        }
        return admissionCodec.encode(admission);
    }

    async list(ctx: TradeContext, query: string): Promise<string> {
        return encodePage(await ctx.ledger.page(ADMISSION, pageQueryCodec.decode(query)), admissionCodec);
    }

    /** What is admitted at a point in the 96 slots around one; nothing where nothing limits it. */
    async loading(ctx: TradeContext, query: string): Promise<string> {
        const { slot, carrier, pointId } = loadingQueryCodec.decode(query);
        const start = loadingStart(slot);
        const loading = await ctx.ledger.get(LOADING, carrier, pointId, start);
        return loadingCodec.encode(loading ?? emptyLoading(carrier, pointId, start));
    }
}
