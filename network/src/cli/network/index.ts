import type { Command } from 'commander';
import type { UpOptions } from '../../network.js';
import { binariesCommand } from './binaries.js';
import { downCommand } from './down.js';
import { envCommand } from './env.js';
import { logsCommand } from './logs.js';
import { pidCommand } from './pid.js';
import { resetCommand } from './reset.js';
import { restartCommand } from './restart.js';
import { statusCommand } from './status.js';
import { upCommand } from './up.js';

/** `bootstrap` is what `up` does last, on a network that answers: the market's own beginnings. */
export function registerNetworkCommands(program: Command, bootstrap?: UpOptions['bootstrap']): void {
    const network = program
        .command('network')
        .description('the Fabric network: four organizations, a peer each, on this machine');
    upCommand(network, bootstrap);
    for (const verb of [
        downCommand,
        statusCommand,
        logsCommand,
        restartCommand,
        resetCommand,
        pidCommand,
        envCommand,
        binariesCommand,
    ]) {
        verb(network);
    }
}
