import { execFileSync } from 'node:child_process';
import { PLAIN_SLOTS, timedSlots } from '@commonwatt/client/cli/slot-names';
import { expect } from 'chai';

const FIRST = Date.UTC(2016, 6, 20, 9) / 900_000;

/** What a process in a time zone writes. */
function inZone(zone: string, expression: string): string {
    const script = `import { timedSlots } from '@commonwatt/client/cli/slot-names';
        const slots = timedSlots({ slotMinutes: 15 });
        console.log(${expression});`;
    const env = { ...process.env, TZ: zone };
    return execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }).trim();
}

describe('slots for people', () => {
    it('are told with the local time at which they begin', () => {
        expect(inZone('Europe/Berlin', `slots.one(${FIRST})`)).to.equal(`${FIRST} (2016-07-20 11:00+02:00)`);
        expect(inZone('America/St_Johns', `slots.one(${FIRST})`)).to.equal(`${FIRST} (2016-07-20 06:30-02:30)`);
    });

    it('in a row end when the last one does', () => {
        const range = (zone: string, first: number, last: number): string =>
            inZone(zone, `slots.range(${first}, ${last})`);
        expect(range('Europe/Berlin', FIRST, FIRST + 3)).to.equal(
            `${FIRST}..${FIRST + 3} (2016-07-20 11:00+02:00 to 12:00)`,
        );
        expect(range('Europe/Berlin', FIRST, FIRST)).to.equal(`${FIRST} (2016-07-20 11:00+02:00 to 11:15)`);
        expect(range('Europe/Berlin', FIRST, FIRST + 51)).to.equal(
            `${FIRST}..${FIRST + 51} (2016-07-20 11:00+02:00 to 2016-07-21 00:00+02:00)`,
        );
    });

    it('say on which side of the change of the clock they are', () => {
        const before = Date.UTC(2016, 9, 30, 0, 45) / 900_000;
        expect(inZone('Europe/Berlin', `slots.range(${before}, ${before + 4})`)).to.equal(
            `${before}..${before + 4} (2016-10-30 02:45+02:00 to 2016-10-30 03:00+01:00)`,
        );
    });

    it('are bare indices where nothing tells their length', () => {
        expect([PLAIN_SLOTS.one(7), PLAIN_SLOTS.range(7, 9), PLAIN_SLOTS.range(7, 7)]).to.deep.equal([
            '7',
            '7..9',
            '7',
        ]);
        expect(timedSlots({ slotMinutes: 60 }).one(0)).to.match(/^0 \(19(69|70)-/);
    });
});
