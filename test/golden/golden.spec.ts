import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ledgerKey } from '@commonwatt/chaincode/store/keys';
import { decodeEvent, encodeEvent, EVENT_NAMES } from '@commonwatt/chaincode/wire/events';
import { canonicalJson, type Json } from '@commonwatt/chaincode/wire/canonical';
import { expect } from 'chai';
import { RECORD_TYPES, recordFiles, recordTypeOf } from '../support/golden-records.js';

/**
 * Records and events as they were written when their format was settled. A ledger holds them for ever, so today's
 * decoders must read them and today's encoders must write the same bytes. A file is added for a new format; none is changed.
 */
const folder = fileURLToPath(new URL('../../golden/', import.meta.url));
const filesOf = (kind: 'records' | 'events'): string[] => readdirSync(`${folder}${kind}`).sort();
/** The bytes on the ledger: a file ends with a line break, a record does not. */
const read = (kind: 'records' | 'events', file: string): string =>
    readFileSync(`${folder}${kind}/${file}`, 'utf8').replace(/\n$/, '');

describe('golden records', () => {
    it('exist for every kind of record', () => {
        const named = new Set(recordFiles().map(recordTypeOf));
        expect([...RECORD_TYPES.keys()].filter((name) => !named.has(name))).to.deep.equal([]);
    });

    for (const file of filesOf('records')) {
        it(`${file} is read and written again, byte for byte`, () => {
            const type = RECORD_TYPES.get(recordTypeOf(file));
            const text = read('records', file);
            const value = type?.codec.decode(text);
            expect(type?.codec.encode(value)).to.equal(text);
            const parts = type?.keyOf(value) ?? [];
            expect(ledgerKey(type?.name ?? '', parts)).to.match(/^[a-z-]+(\/[A-Za-z0-9.-]+)*$/);
        });
    }
});

describe('golden events', () => {
    const fileOf = (name: string): string => `${name.replace('/', '.')}.json`;

    it('exist for every event and version', () => {
        expect(filesOf('events')).to.have.members(EVENT_NAMES.map(fileOf));
    });

    for (const name of EVENT_NAMES) {
        it(`${name} is read and written again, byte for byte`, () => {
            const text = read('events', fileOf(name));
            const event = decodeEvent(name, text);
            expect(event).not.to.equal(null);
            expect(event === null ? '' : encodeEvent(event)).to.equal(text);
        });
    }

    it('hold nothing that is not canonical', () => {
        for (const kind of ['records', 'events'] as const) {
            for (const file of filesOf(kind)) {
                expect(canonicalJson(JSON.parse(read(kind, file)) as Json), file).to.equal(read(kind, file));
            }
        }
    });
});
