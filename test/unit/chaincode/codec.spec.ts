import { codec } from '@commonwatt/chaincode/wire/codec';
import { concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { fillLanesCommandCodec } from '@commonwatt/chaincode/wire/account';
import { DOCUMENT_BYTES_MAX } from '@commonwatt/chaincode/wire/canonical';
import { qualificationStatementCodec } from '@commonwatt/chaincode/wire/qualification';
import { decodePage, encodePage } from '@commonwatt/chaincode/wire/query';
import { amountNano } from '@commonwatt/chaincode/domain/units';
import { expect } from 'chai';
import { z } from 'zod';
import { expectRefusal } from '../../support/refusals.js';
import { sampleTerms } from '../../support/sample-market.js';

/** Made anew for each test: what a codec does is decided when it is made. */
const pair = () =>
    codec<Readonly<{ left: bigint; right: readonly string[] }>>(
        z.strictObject({
            left: z.codec(z.string(), z.bigint(), { decode: (text) => BigInt(text), encode: (value) => String(value) }),
            right: z.array(z.string().max(3)),
        }),
        64,
    );

describe('a codec', () => {
    it('goes from a value to JSON and text, and back', () => {
        const value = { left: 7n, right: ['a'] };
        expect(pair().toJson(value)).to.deep.equal({ left: '7', right: ['a'] });
        expect(pair().encode(value)).to.equal('{"left":"7","right":["a"]}');
        expect(pair().decode('{"left":"7","right":["a"]}')).to.deep.equal(value);
        expect(pair().fromJson({ left: '7', right: ['a'] })).to.deep.equal(value);
    });

    it('knows whether two values say the same', () => {
        expect(pair().isSame({ left: 7n, right: ['a'] }, { right: ['a'], left: 7n })).to.equal(true);
        expect(pair().isSame({ left: 7n, right: ['a'] }, { left: 8n, right: ['a'] })).to.equal(false);
    });

    it('takes as many bytes as it says, a document’s unless told otherwise', () => {
        expect([pair().bytesMax, codec(z.string()).bytesMax]).to.deep.equal([64, DOCUMENT_BYTES_MAX]);
        expectRefusal(() => pair().decode(`"${'x'.repeat(63)}"`), 'INPUT_TOO_LARGE', { bytes: 65, bytesMax: 64 });
    });

    it('says where a value is wrong, and how, in both directions', () => {
        const path = 'right.1';
        const reason = 'Too big: expected string to have <=3 characters';
        expectRefusal(() => pair().fromJson({ left: '7', right: ['a', 'long'] }), 'INPUT_INVALID', { path, reason });
        expectRefusal(() => pair().encode({ left: 7n, right: ['a', 'long'] }), 'INPUT_INVALID', { path, reason });
        expectRefusal(() => pair().fromJson('text'), 'INPUT_INVALID', { path: '' });
    });

    it('repeats no more than the beginning of what it was given', () => {
        const named = codec(z.record(z.string(), z.literal('x')));
        for (const [length, told] of [
            [160, 'k'.repeat(160)],
            [161, `${'k'.repeat(160)}…`],
        ] as const) {
            expectRefusal(() => named.fromJson({ ['k'.repeat(length)]: 'y' }), 'INPUT_INVALID', { path: told });
        }
    });
});

describe('what occurs once in a command', () => {
    it('is a carrier in what is permitted', () => {
        const permit = { carrier: 'heat', buy: true, sell: false } as const;
        const statement = {
            participantId: 'anna',
            person: { mspId: 'CommunityMSP', subjectHash: '70'.repeat(32), keyId: '6d'.repeat(32) },
            sequence: 1,
            status: 'granted',
            reasonCode: 'checked',
            permits: [permit],
        } as const;
        qualificationStatementCodec.encode(statement);
        const twice = { ...statement, permits: [permit, { ...permit, sell: true }] };
        expectRefusal(() => qualificationStatementCodec.encode(twice), 'INPUT_INVALID', { reason: 'each once' });
    });

    it('is a party whose credits are folded', () => {
        const conclusion = { terms: sampleTerms(), consents: [] };
        const fold = (participantId: string) => ({ participantId, sourceIds: [`deposit.${participantId}`] });
        concludeCodec.encode({ ...conclusion, folds: [fold('anna'), fold('bert')] });
        expectRefusal(
            () => concludeCodec.encode({ ...conclusion, folds: [fold('anna'), fold('anna')] }),
            'INPUT_INVALID',
            {
                path: 'folds',
                reason: 'each once',
            },
        );
    });

    it('is a lane that is filled, and not the one that is emptied', () => {
        const filling = (...lanes: number[]) => ({
            filling: {
                fillingId: 'filling-1',
                participantId: 'anna',
                fromLane: 0,
                lanes: lanes.map((lane) => ({ lane, amountNano: amountNano(1n) })),
            },
            sourceIds: [],
            signature: '00'.repeat(64),
        });
        fillLanesCommandCodec.encode(filling(1, 2));
        for (const command of [filling(1, 1), filling(1, 0)]) {
            expectRefusal(() => fillLanesCommandCodec.encode(command), 'INPUT_INVALID', {
                reason: 'each lane once, and not the one that is emptied',
            });
        }
    });
});

describe('a page', () => {
    it('is written and read with the codec of its items', () => {
        const page = { bookmark: 'next', items: [{ left: 1n, right: [] }] };
        const text = encodePage(page, pair());
        expect(text).to.equal('{"bookmark":"next","items":[{"left":"1","right":[]}]}');
        expect(decodePage(text, pair())).to.deep.equal(page);
        expectRefusal(() => decodePage('{"bookmark":"","items":[{"left":"1"}]}', pair()), 'INPUT_INVALID');
    });
});
