import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { join } from 'node:path';
import { establishMarket, readCharterFile } from '../charter-file.js';
import { openNetwork } from '../network.js';
import type { OnProgress } from '../progress.js';
import { configFolder } from '../project.js';
import { datesOf, dayOf, loadScenario, type ProfileName, PROFILES, type Scenario } from '../scenario/index.js';
import { registersOfMeter, type SlotRegisters } from '../scenario/registers.js';
import { wholesalePricesOf } from '../scenario/prices.js';
import { attack } from './acts/attack.js';
import { conclude } from './acts/conclude.js';
import { deliver } from './acts/deliver.js';
import { reviewAndFund } from './acts/fund.js';
import { negotiate } from './acts/negotiate.js';
import { qualify } from './acts/qualify.js';
import { Cast } from './cast.js';
import { checkMoney } from './check-money.js';
import { type Check, type Happening, Journal } from './check.js';
import { type Findings, readFindings } from './findings.js';
import { type DemoFrame, demoJson } from './json.js';
import { readCommunity } from './plan/community.js';
import { makePlan } from './plan/make-plan.js';
import { gasState } from './gas-state.js';
import type { Plan } from './plan/plan.js';
import { reportOf } from './report/report.js';
import type { Stage } from './stage.js';

export type DemoOptions = Readonly<{
    stateDir: string;
    /** Scenario folder, week and day by the wall clock. */
    directory: string;
    week: string;
    /** `null` for the third day of the week. */
    date: string | null;
    /** First and last slot of the day, counted from 0 at midnight; `null` for the whole day. */
    slots: Readonly<{ first: number; last: number }> | null;
    onProgress: OnProgress;
    onNetworkUp: () => Promise<void>;
    onLine: (line: string) => void;
}>;

export type DemoResult = Readonly<{
    json: Json;
    findings: Findings;
    checks: readonly Check[];
    broken: readonly Check[];
    happenings: readonly Happening[];
    /** A page about the day. */
    report: string;
    currency: string;
}>;

/** The main job, whole: a network, a market, agreements from signature to settled money, and what is refused on the way. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
    const scenario = await loadScenario(options.directory, options.week);
    const date = options.date ?? datesOf(scenario)[2] ?? '';
    const day = dayOf(scenario, date).slots.map(({ slot }) => slot);
    const slots = options.slots === null ? day : day.slice(options.slots.first, options.slots.last + 1);
    if (slots.length === 0) {
        throw new Error(`${date} has ${day.length} slots, none of them from ${options.slots?.first ?? 0} on`);
    }
    const plan = await planFor(scenario, slots);
    const network = openNetwork({ stateDir: options.stateDir, onProgress: options.onProgress });
    const charterFile = join(configFolder, 'charter-virtual.json');
    const { rules } = await readCharterFile(charterFile, slots[0]);
    await network.up({
        bootstrap: (running) => establishMarket(running, () => readCharterFile(charterFile, slots[0])),
    });
    await options.onNetworkUp();
    const journal = new Journal(options.onLine);
    const cast = new Cast(network);
    try {
        const stage: Stage = {
            network,
            cast,
            journal,
            plan,
            slots,
            readingDeadlineSlots: rules.readingDeadlineSlots,
            registersAt: registersIn(scenario, plan),
            meters: new Map(),
        };
        return await play(stage, { week: options.week, date, profiles: profilesOf(scenario) });
    } finally {
        cast.close();
    }
}

async function planFor(scenario: Scenario, slots: readonly SlotIndex[]): Promise<Plan> {
    const wholesale = (await wholesalePricesOf(scenario, slots)).map(priceMicroPerKwh);
    return makePlan({ scenario, community: await readCommunity(scenario.directory), slots, wholesale });
}

type Played = Pick<DemoFrame, 'week' | 'date' | 'profiles'>;

async function play(stage: Stage, played: Played): Promise<DemoResult> {
    const { cast, journal } = stage;
    await qualify(stage);
    const negotiated = await negotiate(stage);
    const planned = [...negotiated, ...(await conclude(stage))];
    const [target] = planned;
    if (target !== undefined) {
        await attack(stage, target);
    }
    await reviewAndFund(stage, planned);
    const concluded = [...planned, ...(await deliver(stage, planned))];

    journal.heading('Account for it');
    const findings = await readFindings(cast.as('settlement'), stage.slots);
    await checkMoney(stage, findings);
    const names = new Map(concluded.map(({ agreementId, contract }) => [agreementId, contract.name]));
    const { channel } = cast.as('settlement').profile;
    const json = demoJson(stage, { channel, names, ...played }, findings);
    const { checks, broken, happenings } = journal;
    const report = reportOf(findings, checks);
    return { json, findings, checks, broken, happenings, report, currency: findings.charter.currency };
}

const profilesOf = (scenario: Scenario): ProfileName[] => PROFILES.filter((name) => scenario[name] !== null);

/** Registers of a metering point, as its meter shows them at the end of a slot. */
function registersIn(scenario: Scenario, plan: Plan): Stage['registersAt'] {
    const known = new Map<string, readonly SlotRegisters[]>();
    return (pointId, slot) => {
        const { source = null, carrier } = plan.points.find((point) => point.pointId === pointId) ?? {};
        if (source === null) {
            throw new Error(`there is no meter at ${pointId}`);
        }
        const registers = known.get(pointId) ?? registersOfMeter(scenario, source);
        known.set(pointId, registers);
        const state = registers[slot - scenario.firstSlot];
        if (state === undefined && slot >= scenario.firstSlot) {
            throw new Error(`the scenario has no registers of ${pointId} for slot ${slot}`);
        }
        const [importWh, exportWh] = [energyWh(state?.importWh ?? 0n), energyWh(state?.exportWh ?? 0n)];
        return carrier === 'gas' ? gasState(importWh, exportWh) : { importWh, exportWh };
    };
}
