import { expect } from 'chai';
import { z } from 'zod';
import { codec, succeeding } from '@commonwatt/chaincode/wire/codec';

type First = Readonly<{ id: string }>;
type Second = First & Readonly<{ count: number }>;
type Third = Second & Readonly<{ note: string }>;

const first = z.strictObject({ id: z.string() });
const second = first.extend({ count: z.number().int() });
const third = second.extend({ note: z.string() });
const counted = succeeding<First, Second>(codec<Second>(second), codec<First>(first), (past) => ({
    ...past,
    count: 0,
}));
const noted = succeeding<Second, Third>(codec<Third>(third), counted, (past) => ({ ...past, note: '' }));

describe('a record whose form has changed', () => {
    it('is read in its past form, and written in the present one', () => {
        const value = counted.decode('{"id":"a"}');
        expect(value).to.deep.equal({ id: 'a', count: 0 });
        expect(counted.encode(value)).to.equal('{"count":0,"id":"a"}');
    });

    it('is read in its present form as it stands', () => {
        expect(counted.decode('{"count":7,"id":"a"}')).to.deep.equal({ id: 'a', count: 7 });
    });

    it('is read across several changes', () => {
        expect(noted.decode('{"id":"a"}')).to.deep.equal({ id: 'a', count: 0, note: '' });
        expect(noted.decode('{"count":7,"id":"a"}')).to.deep.equal({ id: 'a', count: 7, note: '' });
    });

    it('in neither form is refused for what the present one lacks', () => {
        expect(() => counted.decode('{"id":7}')).to.throw('INPUT_INVALID');
        expect(() => counted.decode('{"id":"a","more":1}')).to.throw('INPUT_INVALID');
        expect(() => counted.decode('{"id":"a" }'), 'not canonical').to.throw();
    });

    it('is never written in its past form', () => {
        const past = { id: 'a' } as unknown as Second;
        expect(() => counted.encode(past)).to.throw('INPUT_INVALID');
    });
});
