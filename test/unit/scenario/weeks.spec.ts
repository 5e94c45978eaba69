import { expect } from 'chai';
import { shippedScenario } from './scenario-folder.js';
import { datesOf, dayOf, loadScenario, registersOf, ScenarioError, wholesalePricesOf } from './scenario-module.js';

const weeks = [
    { week: 'winter', slotCount: 672, begin: '2016-01-03T23:00Z', dates: ['2016-01-04', '2016-01-10'] },
    { week: 'spring_dst', slotCount: 668, begin: '2016-03-20T23:00Z', dates: ['2016-03-21', '2016-03-27'] },
    { week: 'summer', slotCount: 672, begin: '2016-07-17T22:00Z', dates: ['2016-07-18', '2016-07-24'] },
] as const;

const slotOf = (time: string): number => Date.parse(time) / 900_000;

describe('the shipped scenario', () => {
    for (const { week, slotCount, begin, dates } of weeks) {
        it(`has the week ${week} with its seven days`, async () => {
            const scenario = await loadScenario(shippedScenario, week);
            expect(scenario.slotCount).to.equal(slotCount);
            expect(scenario.firstSlot).to.equal(slotOf(begin));
            expect(scenario.buildings.size).to.equal(41);
            const available = datesOf(scenario);
            expect([available[0], available.at(-1), available.length]).to.deep.equal([...dates, 7]);
        });

        it(`counts the slots of a day of ${week} from midnight by the wall clock`, async () => {
            const scenario = await loadScenario(shippedScenario, week);
            const day = dayOf(scenario, dates[0]);
            expect(day.slots).to.have.length(96);
            expect(day.slots[0]).to.deep.equal({ slot: slotOf(begin), offset: 0 });
            expect(day.slots[95]).to.deep.equal({ slot: slotOf(begin) + 95, offset: 95 });
        });

        it(`has registers of every building in ${week}`, async () => {
            const scenario = await loadScenario(shippedScenario, week);
            for (const buildingId of scenario.buildings.keys()) {
                const registers = registersOf(scenario, { buildingId });
                expect(registers).to.have.length(slotCount);
                expect(registers.at(-1)?.importWh).to.be.greaterThan(0);
            }
        });

        it(`has a wholesale price for every slot of ${week}`, async () => {
            const scenario = await loadScenario(shippedScenario, week);
            const slots = Array.from({ length: slotCount }, (_, index) => scenario.firstSlot + index);
            expect(await wholesalePricesOf(scenario, slots)).to.have.length(slotCount);
        });
    }

    it('has 92 slots on the day on which summer time begins', async () => {
        const scenario = await loadScenario(shippedScenario, 'spring_dst');
        const { slots } = dayOf(scenario, '2016-03-27');
        expect([slots.length, slots[0]?.slot, slots.at(-1)?.slot]).to.deep.equal([
            92,
            slotOf('2016-03-26T23:00Z'),
            slotOf('2016-03-27T21:45Z'),
        ]);
    });

    it('reads the price of the hour that a slot lies in', async () => {
        const scenario = await loadScenario(shippedScenario, 'winter');
        const slots = ['2016-01-04T00:45Z', '2016-01-10T22:00Z'].map(slotOf);
        expect(await wholesalePricesOf(scenario, slots)).to.deep.equal([26_128n, 23_580n]);
    });

    for (const date of ['2016-01-03', '2016-01-11', '2015-12-31']) {
        it(`refuses ${date}, which is not wholly in the week, and names the dates that are`, async () => {
            const scenario = await loadScenario(shippedScenario, 'winter');
            expect(() => dayOf(scenario, date))
                .to.throw(ScenarioError)
                .that.includes({
                    code: 'dayOutsideWeek',
                    remedy: 'Name one of 2016-01-04, 2016-01-05, 2016-01-06, 2016-01-07, 2016-01-08, 2016-01-09, 2016-01-10.',
                });
        });
    }

    for (const date of ['2016-1-4', '2016-02-30', '4 January 2016', '']) {
        it(`refuses "${date}", which is no date`, async () => {
            const scenario = await loadScenario(shippedScenario, 'winter');
            expect(() => dayOf(scenario, date))
                .to.throw(ScenarioError)
                .with.property('code', 'dateInvalid');
        });
    }

    it('refuses a building that it does not have', async () => {
        const scenario = await loadScenario(shippedScenario, 'winter');
        expect(() => registersOf(scenario, { buildingId: 'bld-42' }))
            .to.throw(ScenarioError)
            .that.includes({ code: 'buildingUnknown', remedy: 'Name one of bld-01 to bld-41.' });
    });
});
