import { localDay, localTime } from '@commonwatt/client';
import { checkedTimeZone } from '@commonwatt/client/local-time';
import { slotFrom } from '@commonwatt/client/slot-time';
import { expect } from 'chai';

const GRID = { slotMinutes: 15 };

describe('local time', () => {
    it('is shown as people write it', () => {
        expect(localTime(Date.parse('2016-07-20T09:00Z'), 'Europe/Berlin')).to.equal('Wed 20 Jul 2016, 11:00');
        expect(localTime(Date.parse('2016-01-01T00:00Z'), 'America/New_York')).to.equal('Thu 31 Dec 2015, 19:00');
    });

    const days = [
        ['2016-07-20', 'Europe/Berlin', '2016-07-19T22:00Z', 96],
        ['2016-03-27', 'Europe/Berlin', '2016-03-26T23:00Z', 92],
        ['2016-10-30', 'Europe/Berlin', '2016-10-29T22:00Z', 100],
        ['2016-07-20', 'UTC', '2016-07-20T00:00Z', 96],
        ['2016-03-13', 'America/New_York', '2016-03-13T05:00Z', 92],
        ['2016-07-20', 'Pacific/Auckland', '2016-07-19T12:00Z', 96],
        ['2016-07-20', 'Asia/Kolkata', '2016-07-19T18:30Z', 96],
    ] as const;
    for (const [date, zone, begins, slots] of days) {
        it(`the day ${date} in ${zone} begins at ${begins} and has ${String(slots)} quarter hours`, () => {
            const { fromMs, toMs } = localDay(date, zone);
            expect(fromMs).to.equal(Date.parse(begins));
            expect(slotFrom(toMs, GRID) - slotFrom(fromMs, GRID)).to.equal(slots);
        });
    }

    it('refuses what is no day and no zone', () => {
        for (const text of ['2016-13-01', '20.07.2016', 'today', '']) {
            expect(() => localDay(text, 'UTC'), text).to.throw('DAY_INVALID');
        }
        expect(() => checkedTimeZone('Mars/Olympus')).to.throw('TIME_ZONE_INVALID');
    });
});
