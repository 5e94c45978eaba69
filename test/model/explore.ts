import { exchangeChaincode, supervisionChaincode } from '@commonwatt/chaincode/chaincodes';
import type { ChaincodeInterface } from 'fabric-shim';
import { check, type Finding } from './check.js';
import { Decisions } from './decisions.js';
import { Exploration } from './exploration.js';
import { type Bounds, sceneOf, type Scene } from './scene.js';

/** What an exploration came to. */
export type Explored = Readonly<{
    findings: readonly Finding[];
    scene: Scene;
    exploration: Exploration;
    states: number;
    steps: number;
    depth: number;
    /** How often a contract was run; every other step was known from what it reads. */
    contractRuns: number;
    seconds: number;
}>;

export type Chaincodes = Readonly<Record<'exchange' | 'supervision', ChaincodeInterface>>;

/** The product's own chaincodes. */
export const productChaincodes = (): Chaincodes => ({
    exchange: exchangeChaincode(Decisions.timeMs),
    supervision: supervisionChaincode(Decisions.timeMs),
});

/** Explores a market within bounds by its own contracts, or by others, and judges what it has found. */
export async function explore(bounds: Bounds, statesMax: number, chaincodes = productChaincodes()): Promise<Explored> {
    const startedMs = performance.now();
    const scene = await sceneOf(bounds);
    const decisions = new Decisions(scene.world, chaincodes);
    const exploration = await Exploration.of(scene.world, decisions, scene.steps, { statesMax });
    const findings = await check(scene, exploration, decisions);
    return {
        findings,
        scene,
        exploration,
        states: exploration.states.length,
        steps: exploration.by.length,
        depth: exploration.depth,
        contractRuns: decisions.runs,
        seconds: (performance.now() - startedMs) / 1_000,
    };
}
