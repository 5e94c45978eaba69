import { remembered } from '@commonwatt/chaincode/wire/remembered';
import { expect } from 'chai';

describe('what is remembered', () => {
    /** Values handed out for these texts, and the texts of which one was made. */
    function asked(valuesMax: number, texts: string): Readonly<{ values: string; made: string }> {
        let made = '';
        const value = remembered(valuesMax, (text) => {
            made += text;
            return text.toUpperCase();
        });
        return {
            values: texts
                .split('')
                .map((text) => value(text))
                .join(''),
            made,
        };
    }

    it('is made once', () => {
        expect(asked(2, 'abab')).to.deep.equal({ values: 'ABAB', made: 'ab' });
    });

    it('is forgotten when it is full, all at once', () => {
        expect(asked(2, 'abcbca')).to.deep.equal({ values: 'ABCBCA', made: 'abcba' });
    });

    it('is not what could not be made', () => {
        let attempts = 0;
        const value = remembered(2, (text) => {
            attempts += 1;
            if (attempts === 1) {
                throw new Error(text);
            }
            return attempts;
        });
        expect(() => value('a')).to.throw('a');
        expect([value('a'), value('a')]).to.deep.equal([2, 2]);
    });
});
