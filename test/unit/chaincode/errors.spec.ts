import { readFileSync } from 'node:fs';
import {
    assert,
    demand,
    ERROR_KINDS,
    type ErrorCode,
    type ErrorOperands,
    MarketError,
    marketError,
} from '@commonwatt/chaincode/domain/errors';
import { parseCanonical } from '@commonwatt/chaincode/wire/canonical';
import { decodeError, encodeError } from '@commonwatt/chaincode/wire/errors';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';

const CODES = Object.keys(ERROR_KINDS) as ErrorCode[];

describe('a refusal', () => {
    it('is an error with a name of its own, which is not another one’s', () => {
        const error = marketError('SLOT_BEGUN', { slot: 7 });
        expect(error).to.be.instanceOf(MarketError).and.include({ name: 'MarketError', message: 'SLOT_BEGUN' });
        expect([error.kind, error.operands, marketError('SLOT_BEGUN').operands]).to.deep.equal([
            'conflict',
            { slot: 7 },
            {},
        ]);
    });

    it('comes where a condition does not hold; an assertion says which', () => {
        demand(true, 'SLOT_BEGUN');
        assert(true, 'money is conserved');
        expectRefusal(() => demand(false, 'SLOT_BEGUN', { slot: 7 }), 'SLOT_BEGUN', { slot: 7 });
        expectRefusal(() => assert(false, 'money is conserved'), 'INVARIANT_BROKEN', {
            invariant: 'money is conserved',
        });
    });
});

describe('a refusal as text', () => {
    it('comes back with code, kind and operands', () => {
        for (const code of CODES) {
            const operands = { slot: 7, id: 'ä "quoted" }', list: ['a', 'b'], none: null, yes: true };
            expect(decodeError(encodeError(marketError(code, operands)))).to.deep.equal({
                code,
                kind: ERROR_KINDS[code],
                operands,
            });
        }
    });

    it('writes amounts as decimal strings', () => {
        const error = marketError('ACCOUNT_UNDERFUNDED', { neededNano: 10n ** 20n, heldNano: -1n });
        expect(encodeError(error)).to.equal(
            'ACCOUNT_UNDERFUNDED {"heldNano":"-1","neededNano":"100000000000000000000"}',
        );
    });

    it('is found in what a peer reports around it', () => {
        const reports = [
            'chaincode response 500, SLOT_BEGUN {"slot":7}',
            'endorsement failure during invoke. response: status:500 message:"SLOT_BEGUN {"slot":7}"',
            'SLOT_BEGUN {"slot":7}',
        ];
        for (const report of reports) {
            expect(decodeError(report)).to.deep.include({ code: 'SLOT_BEGUN', operands: { slot: 7 } });
        }
    });

    it('is not found where there is none', () => {
        for (const text of ['', 'SLOT_BEGUN', 'SLOT_BEGUN {broken}', 'NO_SUCH_CODE {}', 'connection refused {"a":1}']) {
            expect(decodeError(text), text).to.equal(null);
        }
    });

    const poison: Readonly<Record<string, ErrorOperands>> = {
        'half of a character at its end': { verb: `${'a'.repeat(63)}😀`.slice(0, 64) },
        'a time that is none': { transactionTimeMs: NaN },
        'a fraction': { transactionTimeMs: 0.5 },
        'infinity and minus zero': { from: -Infinity, to: -0 },
        'half a character in a list': { pointIds: ['\udc00'] },
        'control characters': { path: '\u0000\n' },
    };
    for (const [what, operands] of Object.entries(poison)) {
        it(`can be written with ${what}`, () => {
            const text = encodeError(marketError('INPUT_INVALID', operands));
            parseCanonical(text.slice('INPUT_INVALID '.length));
            expect(decodeError(text)?.code).to.equal('INPUT_INVALID');
        });
    }

    it('is documented', () => {
        const document = readFileSync(new URL('../../../../chaincode/docs/errors.md', import.meta.url), 'utf8');
        const rows = [...document.matchAll(/^\| `([A-Z_]+)` +\| ([a-zA-Z]+)/gm)].map(([, code, kind]) => [code, kind]);
        expect(rows).to.have.deep.members(Object.entries(ERROR_KINDS));
    });
});
