import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { join } from 'node:path';
import { establishMarket, readCharterFile } from '../charter-file.js';
import { openNetwork } from '../network.js';
import type { OnProgress } from '../progress.js';
import { configFolder } from '../project.js';
import { dayOf, loadScenario, registersOf, type Scenario } from '../scenario/index.js';
import { wholesalePricesOf } from '../scenario/prices.js';
import { attack } from './acts/attack.js';
import { conclude } from './acts/conclude.js';
import { deliver } from './acts/deliver.js';
import { reviewAndFund } from './acts/fund.js';
import { qualify } from './acts/qualify.js';
import { Cast } from './cast.js';
import { type Check, type Happening, Journal } from './check.js';
import { readBuildings } from './community.js';
import { demoJson } from './json.js';
import { makePlan, type Plan } from './plan.js';
import { checkMoney, type Findings, readFindings } from './report.js';
import type { Stage } from './stage.js';

export type DemoOptions = Readonly<{
    stateDir: string;
    /** Scenario folder, week and UTC day. */
    directory: string;
    week: string;
    date: string;
    /** First and last slot of the day, counted from 0 at midnight UTC. */
    slots: Readonly<{ first: number; last: number }>;
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
    currency: string;
}>;

/** The main job, whole: a network, a market, agreements from signature to settled money, and what is refused on the way. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
    const scenario = await loadScenario(options.directory, options.week);
    const slots = dayOf(scenario, options.date)
        .slots.slice(options.slots.first, options.slots.last + 1)
        .map(({ slot }) => slot);
    const plan = await planFor(scenario, slots);
    const network = openNetwork({ stateDir: options.stateDir, onProgress: options.onProgress });
    const charterFile = join(configFolder, 'charter-virtual.json');
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
            registersAt: registersIn(scenario),
            meters: new Map(),
        };
        return await play(stage, options);
    } finally {
        cast.close();
    }
}

async function planFor(scenario: Scenario, slots: readonly SlotIndex[]): Promise<Plan> {
    const wholesale = await wholesalePricesOf(scenario, slots);
    const buildings = await readBuildings(scenario.directory);
    return makePlan({ buildings, slots, wholesale: wholesale.map(priceMicroPerKwh) });
}

async function play(stage: Stage, { week, date }: DemoOptions): Promise<DemoResult> {
    const { cast, journal } = stage;
    await qualify(stage);
    const concluded = await conclude(stage);
    const [target] = concluded;
    if (target !== undefined) {
        await attack(stage, target);
    }
    await reviewAndFund(stage, concluded);
    await deliver(stage, concluded);

    journal.heading('Account for it');
    const findings = await readFindings(stage, concluded);
    await checkMoney(stage, findings);
    const market = cast.as('settlement');
    const charter = await market.charter.show();
    const participants = await market.participants.list();
    const json = await demoJson(
        stage,
        {
            channel: market.profile.channel,
            charter,
            rules: await market.charter.rules(),
            week,
            date,
            mspOf: new Map(participants.map((participant) => [participant.participantId, participant.mspId])),
        },
        findings,
    );
    const { checks, broken, happenings } = journal;
    return { json, findings, checks, broken, happenings, currency: charter.currency };
}

/** Registers of a building's metering point, as its meter shows them at the end of a slot. */
function registersIn(scenario: Scenario): Stage['registersAt'] {
    const known = new Map<string, ReturnType<typeof registersOf>>();
    return (buildingId, slot) => {
        const registers = known.get(buildingId) ?? registersOf(scenario, { buildingId });
        known.set(buildingId, registers);
        const state = registers[slot - scenario.firstSlot];
        if (state === undefined) {
            throw new Error(`the scenario has no registers of ${buildingId} for slot ${slot}`);
        }
        return { importWh: energyWh(state.importWh), exportWh: energyWh(state.exportWh) };
    };
}
