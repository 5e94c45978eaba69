import { common } from '@hyperledger/fabric-protos';
import { exactly } from '@commonwatt/client/auditor/validation/exactly';
import { Malformed, rewritten } from '@commonwatt/client/auditor/validation/protobuf';
import * as schemas from '@commonwatt/client/auditor/validation/schemas';
import { expect } from 'chai';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const rewrittenHeader = (hex: string): string => rewritten(schemas.channelHeader, bytes(hex)).toString('hex');

describe('a message that is not written as usual', () => {
    it('is written anew in the order of its fields, the last of each, unknown ones left out', () => {
        // tx_id "b", unknown 15, channel_id "x", channel_id "c", type 3
        expect(rewrittenHeader('2a0162 7801 220178 220163 0803')).to.equal('0803 220163 2a0162'.replaceAll(' ', ''));
    });

    it('loses numbers that say nothing, and says the others in as few bytes as it takes', () => {
        expect(rewrittenHeader('0883808000 1000 2a00')).to.equal('0803');
        expect(rewrittenHeader('08ffffffffffffffffff01')).to.equal('08ffffffffffffffffff01');
        expect(rewrittenHeader('08ffffffff0f'), 'a number of 32 bits below zero').to.equal('08ffffffffffffffffff01');
    });

    it('has parts put together that stand apart', () => {
        // seconds 5, then nanos 7, in two timestamps
        expect(rewrittenHeader('1a020805 1a021007')).to.equal('1a0408051007');
    });

    it('has fields of another type passed over, groups with all that is in them', () => {
        expect(rewrittenHeader('2005 2b 08 01 33 34 2c 0803')).to.equal('0803');
        expect(rewrittenHeader('2500000000 2100000000 00000000 0803')).to.equal('0803');
    });

    it('counts the last of fields that exclude each other', () => {
        const query = (hex: string): string => rewritten({ ...schemas.keySet }, bytes(hex)).toString('hex');
        // a range with raw reads, then a summary
        expect(query('12 06 2200 2a02 0832')).to.equal('12042a020832');
    });

    for (const [what, hex] of [
        ['ends within a field', '2a0562'],
        ['ends within a number', '0880'],
        ['has a number of more than 64 bits', '08ffffffffffffffffff7f'],
        ['has text that is not UTF-8', '2a01ff'],
        ['has a field with the number 0', '0001'],
        ['has a field of no type', '0f'],
        ['ends a group that did not begin', '0c'],
        ['has a part that is none', '1a0108'],
    ] as const) {
        it(`is refused when it ${what}`, () => {
            expect(() => rewrittenHeader(hex)).to.throw(Malformed);
        });
    }

    it('is read as peers read it, though libraries differ', () => {
        const twice = Buffer.concat([bytes('0a04 0a02 0803'), bytes('0a03 1201 01')]);
        const read = exactly(common.Payload, schemas.payload, twice).getHeader();
        expect(Buffer.from(read?.getChannelHeader_asU8() ?? []).toString('hex')).to.equal('0803');
        expect(Buffer.from(read?.getSignatureHeader_asU8() ?? []).toString('hex')).to.equal('01');
    });
});
