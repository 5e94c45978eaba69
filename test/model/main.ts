import { parseArgs } from 'node:util';
import { SEAT_KINDS, type SeatKind } from '@commonwatt/chaincode/domain/seat';
import { type Bounds, FACETS, type Facet } from './scene.js';
import { explore, type Explored } from './explore.js';

const USAGE = `Explores every state of a small market that its own contracts can reach, and checks the promises in each.

  npm run test:model -- [--parties 2|3] [--legs 1|2] [--slots N] [--facets a,b,…] [--misused a,b,…] [--states N]

  --facets  what can happen besides concluding, funding, time and settlement, of
            ${FACETS.join(', ')}
            (all of them)
  --misused seats whose holders misuse them, of
            ${SEAT_KINDS.join(', ')}
            (none of them)
  --states  refuse to go on beyond so many states (6000000)
`;

function boundsOf(values: Readonly<Record<'parties' | 'legs' | 'slots' | 'facets' | 'misused', string>>): Bounds {
    const [parties, legs, slots] = [Number(values.parties), Number(values.legs), Number(values.slots)];
    const facets = values.facets.split(',').filter((name) => name !== '') as Facet[];
    const misused = values.misused.split(',').filter((name) => name !== '') as SeatKind[];
    const known = facets.every((facet) => FACETS.includes(facet)) && misused.every((seat) => SEAT_KINDS.includes(seat));
    if ((parties !== 2 && parties !== 3) || (legs !== 1 && legs !== 2) || !(slots >= 1 && slots <= 4) || !known) {
        throw new Error(USAGE);
    }
    return { parties, legs, slots, facets, misused };
}

function told({ findings, states, steps, depth, contractRuns, seconds }: Explored): string[] {
    const lines = findings.flatMap(({ name, occasions, breach }) => [
        (breach !== null ? 'BROKEN' : occasions === 0 ? 'never met' : 'held').padEnd(10) +
            `${String(occasions).padStart(9)}  ${name}`,
        ...(breach ?? []).map((line) => `             ${line}`),
    ]);
    return [
        ...lines,
        `${states} states, ${steps} steps, at most ${depth} steps deep, ${contractRuns} runs of contracts, ${seconds.toFixed(1)} s`,
    ];
}

const { values } = parseArgs({
    options: {
        parties: { type: 'string', default: '2' },
        legs: { type: 'string', default: '1' },
        slots: { type: 'string', default: '2' },
        facets: { type: 'string', default: FACETS.join() },
        misused: { type: 'string', default: '' },
        states: { type: 'string', default: '6000000' },
        help: { type: 'boolean', default: false },
    },
});
if (values.help) {
    process.stdout.write(USAGE);
} else {
    const explored = await explore(boundsOf(values), Number(values.states));
    process.stdout.write(`${told(explored).join('\n')}\n`);
    process.exitCode = explored.findings.some(({ breach }) => breach !== null) ? 1 : 0;
}
