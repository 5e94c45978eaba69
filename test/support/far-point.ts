import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import * as commands from './market-commands.js';
import { SigningKey } from './signing-key.js';
import type { StubMarket } from './stub-market.js';

/** A point with a meter at `bus-2`; all other points of the sample market hang at `bus-1`. */
export async function registerFarPoint(market: StubMarket, participantId = 'solar'): Promise<void> {
    const far = { ...commands.pointOf(participantId), pointId: `${participantId}-far`, connectionPoint: 'bus-2' };
    await market.do('metering', 'exchange', 'meter:register', commands.registerMeter(far, new SigningKey()));
}

/** The same sale from solar's far point, so that it loads connections. */
export const apart = (terms: Terms): Terms => ({
    ...terms,
    legs: terms.legs.map((leg) => ({ ...leg, sellerPoint: 'solar-far' })),
});
