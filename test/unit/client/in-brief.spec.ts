import { ConflictError, NotFoundError } from '@commonwatt/client';
import { inBrief } from '@commonwatt/client/cli/in-brief';
import { expect } from 'chai';

describe('a refusal in brief', () => {
    it('names its code and the values that decided it', () => {
        const error = new ConflictError({ code: 'SLOT_NOT_OVER', operands: { slot: 7, carrier: 'gas' } });
        expect(inBrief(error)).to.equal('SLOT_NOT_OVER slot=7 carrier=gas');
    });

    it('tells a long list by its first items and its length', () => {
        const missing = (pointIds: string[]): string =>
            inBrief(new NotFoundError({ code: 'READING_MISSING', operands: { pointIds } }));
        expect(missing(['a', 'b', 'c'])).to.equal('READING_MISSING pointIds=["a","b","c"]');
        expect(missing(['a', 'b', 'c', 'd', 'e'])).to.equal('READING_MISSING pointIds=a,b,c and 2 more');
    });
});
