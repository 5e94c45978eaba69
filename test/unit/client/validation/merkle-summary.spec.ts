import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import { merkleSummaryOf, type Result } from '@commonwatt/client/auditor/validation/merkle-summary';
import { expect } from 'chai';

const DEGREE = 2;
const results = (count: number): Result[] =>
    Array.from({ length: count }, (_, index) => ({ key: `key-${String(index)}`, version: { block: index, tx: 1 } }));

const hash = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
function leaf(from: number, to: number): Buffer {
    const reads = new ledger.rwset.kvrwset.QueryReads();
    for (const { key, version } of results(to).slice(from)) {
        const read = reads.addKvReads();
        const at = new ledger.rwset.kvrwset.Version();
        at.setBlockNum(version.block);
        at.setTxNum(version.tx);
        read.setKey(key);
        read.setVersion(at);
    }
    return hash(reads.serializeBinary());
}
const summary = (count: number): unknown => {
    const made = merkleSummaryOf(results(count), DEGREE);
    return made === null ? null : [made.maxLevel, made.hashes.map((each) => each.toString('hex'))];
};
const expected = (level: number, ...hashes: readonly Buffer[]): unknown => [
    level,
    hashes.map((each) => each.toString('hex')),
];

describe('the summary of a range', () => {
    it('is not made of as many results as a group may have', () => {
        expect(summary(0)).to.equal(null);
        expect(summary(DEGREE)).to.equal(null);
    });

    it('holds a hash for each group of one more, and for the rest', () => {
        expect(summary(3)).to.deep.equal(expected(1, leaf(0, 3)));
        expect(summary(4)).to.deep.equal(expected(1, leaf(0, 3), leaf(3, 4)));
    });

    it('grows a level when there are more hashes than that', () => {
        expect(summary(9)).to.deep.equal(expected(2, hash(leaf(0, 3), leaf(3, 6), leaf(6, 9))));
    });

    it('carries single hashes up as they are, and groups of them hashed', () => {
        const first = hash(leaf(0, 3), leaf(3, 6), leaf(6, 9));
        expect(summary(10)).to.deep.equal(expected(2, first, leaf(9, 10)));
        expect(summary(15)).to.deep.equal(expected(2, first, hash(leaf(9, 12), leaf(12, 15))));
    });

    it('is one hash where carrying makes more than a group of the highest level', () => {
        const groups = [0, 9].map((from) =>
            hash(leaf(from, from + 3), leaf(from + 3, from + 6), leaf(from + 6, from + 9)),
        );
        expect(summary(18)).to.deep.equal(expected(2, ...groups));
        expect(summary(19)).to.deep.equal(expected(3, hash(...groups, leaf(18, 19))));
    });
});
