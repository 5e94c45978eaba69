import { readFileSync } from 'node:fs';
import { decodeEvent, encodeEvent, EVENT_NAMES } from '@commonwatt/chaincode/wire/events';
import { expect } from 'chai';
import { expectRefusal } from '../../support/refusals.js';
import { SAMPLE_EVENTS } from '../../support/sample-events.js';

describe('an event', () => {
    it('comes back as it was emitted', () => {
        expect(SAMPLE_EVENTS.map((event) => event.name)).to.have.members(EVENT_NAMES);
        for (const event of SAMPLE_EVENTS) {
            expect(decodeEvent(event.name, encodeEvent(event))).to.deep.equal(event);
        }
    });

    it('has a name in the past tense, and a version', () => {
        for (const name of EVENT_NAMES) {
            expect(name).to.match(/^[A-Z][A-Za-z]+(ed|Given|Set|Run|Withdrawn)\/[1-9][0-9]*$/);
        }
    });

    it('of a later version is left alone', () => {
        expect(decodeEvent('HaltSet/2', '{}')).to.equal(null);
        expect(decodeEvent('toString', '{}')).to.equal(null);
    });

    it('with another payload than its own is refused', () => {
        const clock = '{"fromSlot":1,"toSlot":2}';
        expect(decodeEvent('ClockAdvanced/1', clock)).not.to.equal(null);
        for (const payload of [
            '{"fromSlot":1}',
            '{"extra":1,"fromSlot":1,"toSlot":2}',
            '{"fromSlot":"1","toSlot":2}',
        ]) {
            expectRefusal(() => decodeEvent('ClockAdvanced/1', payload), 'INPUT_INVALID');
        }
        expectRefusal(() => decodeEvent('ClockAdvanced/1', ` ${clock}`), 'INPUT_NOT_CANONICAL');
    });

    it('is documented with its payload', () => {
        const document = readFileSync(new URL('../../../../chaincode/docs/events.md', import.meta.url), 'utf8');
        const rows = [...document.matchAll(/^\| `([A-Za-z]+\/[0-9]+)` +\| [a-z]+ +\| ([A-Za-z0-9, ]+?) *\|$/gm)];
        expect(rows.map(([, name]) => name)).to.have.members(EVENT_NAMES);
        for (const [, name, fields] of rows) {
            const sample = SAMPLE_EVENTS.find((event) => event.name === name);
            expect(fields?.split(', '), name).to.have.members(Object.keys(sample?.payload ?? {}));
        }
    });
});
