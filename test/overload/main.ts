import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, FileWallet, identityOf } from '@commonwatt/client';
import { type Network, openNetwork, type OrgName, orgNames } from '@commonwatt/network';
import { establish } from '../support/crashes/establish.js';
import { newStateDir, requireBinaries } from '../support/network.js';
import { Child } from './child.js';
import type { FollowerAnswer, FollowerQuestion, Outcome, Place, Task } from './tasks.js';
import { type Lengths, playOverload, type Result } from './trial.js';

const USAGE = `Loads a network of its own from four client processes: as much as it carries (the best of 16, 32, 64 and 128
calls in flight), then four times as many calls as that each second. A process of its own counts in the blocks what was done.

  npm run test:overload -- [--seconds N] [--json]

  --seconds  how long the overload lasts (60)
  --json     progress goes to standard error, one JSON object to standard output

Ends with 1 unless 90 % of the capacity is done during the overload and in the ten seconds after it, nothing that was
acknowledged is missing, nothing is done twice, and no call fails before its own deadline of 30 s.
`;

const GOOD_SHARE = 0.9;
const WITHIN_MS = 30_000;

async function overload(lengths: Lengths, say: (line: string) => void): Promise<Result> {
    await requireBinaries();
    const network = openNetwork({ stateDir: newStateDir() });
    const children: { stop: () => void }[] = [];
    try {
        say('Starting a network');
        await network.up();
        await establish(network);
        await applyAs('seller', network);
        const clients = await Promise.all(
            orgNames.map(async (org) => {
                const place: Place = {
                    profile: network.profilePath(org),
                    wallet: walletOf(network, 'operator'),
                    identity: 'settlement',
                    participantId: 'seller',
                };
                return await Child.start<Task, Outcome>('client-process', JSON.stringify(place));
            }),
        );
        children.push(...clients);
        const follower = await Child.start<FollowerQuestion, FollowerAnswer>(
            'follower-process',
            network.profilePath('regulator'),
        );
        children.push(follower);
        return await playOverload(clients, follower, lengths, say);
    } finally {
        children.forEach((child) => {
            child.stop();
        });
        await network.down();
    }
}

const walletOf = (network: Network, org: OrgName): string => join(network.stateDir, 'wallets', org);

/** Somebody to whom money can be paid in. */
async function applyAs(participantId: string, network: Network): Promise<void> {
    const entry = await new FileWallet(walletOf(network, 'community')).get(participantId);
    const market = await connect({ profile: network.profilePath('community'), identity: identityOf(entry) });
    const subject = { kind: 'prosumer', sector: 'residential', beneficialOwnerMspId: null } as const;
    await market.participants.apply({ participantId, ...subject });
    market.close();
}

/** What was promised and not kept; empty when all was. */
function broken(result: Result): string[] {
    const least = GOOD_SHARE * result.capacityPerS;
    return [
        ...(result.goodputUnderLoad < least ? ['less than 90 % of the capacity was done under load'] : []),
        ...(result.goodputAfter < least ? ['less than 90 % of the capacity was done right after the load'] : []),
        ...(result.failedBeforeDeadline > 0 ? ['calls failed before their deadline'] : []),
        ...(result.lost > 0 ? ['what was acknowledged is in no block'] : []),
        ...(result.doubled > 0 ? ['something was done twice'] : []),
    ];
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            seconds: { type: 'string', default: '60' },
            json: { type: 'boolean', default: false },
            help: { type: 'boolean', default: false },
        },
    });
    if (values.help) {
        process.stdout.write(USAGE);
        return;
    }
    const seconds = Number(values.seconds);
    if (!Number.isSafeInteger(seconds) || seconds < 1) {
        throw new Error(`--seconds is a whole number of seconds, not ${JSON.stringify(values.seconds)}`);
    }
    const say = (line: string): void => {
        (values.json ? process.stderr : process.stdout).write(`${line}\n`);
    };
    const lengths = { roundMs: 10_000, overloadMs: seconds * 1_000, afterMs: 10_000, withinMs: WITHIN_MS };
    const result = await overload(lengths, say);
    const faults = broken(result);
    if (values.json) {
        process.stdout.write(`${JSON.stringify(result)}\n`);
    } else {
        Object.entries(result).forEach(([name, value]) => {
            say(`${name}: ${typeof value === 'number' ? String(Math.round(value * 10) / 10) : JSON.stringify(value)}`);
        });
    }
    say(faults.length === 0 ? 'Every promise held.' : `BROKEN: ${faults.join('; ')}`);
    process.exitCode = faults.length === 0 ? 0 : 1;
}

try {
    await main();
} catch (error) {
    process.stderr.write(`test:overload: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
}
