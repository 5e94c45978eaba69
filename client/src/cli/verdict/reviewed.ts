import type { Reviewed } from '../../verdict-client.js';
import type { Market } from '../../market.js';

/** What a verdict is about: the version in force, or one that was proposed. @throws NotFoundError */
export async function reviewedOf(market: Market, agreementId: string, version: number | undefined): Promise<Reviewed> {
    return version === undefined
        ? (await market.agreements.show(agreementId)).agreement
        : await market.amendments.show(agreementId, version);
}
