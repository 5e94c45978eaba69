import type { Codec } from '@commonwatt/chaincode/wire/codec';
import { translated } from './errors.js';

/**
 * The statement that follows the last one by its number; the last one itself where it says the same already. So whoever
 * states something again, not knowing whether it was heard, states nothing twice.
 */
export function numbered<Statement>(
    { isSame }: Codec<Statement>,
    last: Statement | undefined,
    numberOf: (statement: Statement) => number,
    withNumber: (number: number) => Statement,
): Statement {
    if (last === undefined) {
        return withNumber(1);
    }
    const again = withNumber(numberOf(last));
    return translated(() => isSame(last, again)) ? again : withNumber(numberOf(last) + 1);
}
