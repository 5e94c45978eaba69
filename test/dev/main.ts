import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { establishMarket, openNetwork, readCharterFile } from '@commonwatt/network';
import { buildOnSave, digestOfPrograms } from './build.js';
import { SpecRun } from './spec-run.js';

const HELP = `usage: npm run dev -- [--spec FILE] [--state DIR] [--down]

Keeps a network up and the project built. Whenever a source is saved that changes the chaincodes, the chaincode processes
of all four organisations are started again with it, on the same ledger and under the same package; then the story is
told again, on a network of its own, since it begins with an empty ledger.

  --spec FILE   run this spec instead of the story: test/network/NAME.spec.ts
  --state DIR   folder of the network that is kept (default: COMMONWATT_STATE, else .commonwatt)
  --down        stop the network at the end (default: Ctrl-C leaves it up)
`;

const project = fileURLToPath(new URL('../../../', import.meta.url));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
    options: {
        spec: { type: 'string' },
        state: { type: 'string' },
        down: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
    },
});

/** The compiled file of a spec. */
const compiled = (spec: string): string =>
    relative(project, resolve(spec))
        .replace(/^test\/(?!dist\/)/, 'test/dist/')
        .replace(/\.ts$/, '.js');

async function develop(): Promise<void> {
    const network = openNetwork({ stateDir: values.state });
    const specs = [values.spec === undefined ? 'test/dist/story/**/*.spec.js' : compiled(values.spec)];
    const runs = new SpecRun(project);
    const programs = `${project}chaincode/dist`;
    let running = digestOfPrograms(programs);

    await network.up({
        bootstrap: (started) =>
            establishMarket(started, () => readCharterFile(`${project}test-network-config/charter.json`)),
    });
    say(`The network runs in ${network.stateDir}.`);

    const reload = async (): Promise<void> => {
        const saved = digestOfPrograms(programs);
        if (saved !== running) {
            const startedMs = performance.now();
            const { processes } = await network.status();
            for (const { name } of processes.filter((each) => each.running && each.kind === 'chaincode')) {
                await network.restart(name);
            }
            running = saved;
            say(`Chaincodes reloaded in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s.`);
        }
    };
    const play = async (): Promise<void> => {
        const passed = await runs.run(specs);
        if (passed !== null) {
            say(`${passed ? 'Passed' : 'Failed'}. Waiting for the next save; Ctrl-C ends.`);
        }
    };
    let turn = Promise.resolve();
    const stopBuilding = buildOnSave(project, say, () => {
        turn = turn.then(reload).then(
            () => void play(),
            (error: unknown) => void say(error instanceof Error ? error.message : String(error)),
        );
    });

    await new Promise((end) => {
        process.once('SIGINT', end);
        process.once('SIGTERM', end);
    });
    stopBuilding();
    await turn;
    await runs.stop();
    if (values.down) {
        await network.down();
    }
    say(`The network ${values.down ? 'is down' : 'runs on'}: ${network.stateDir}.`);
}

if (values.help) {
    process.stdout.write(HELP);
} else {
    await develop();
    process.exit();
}
