import type { Command } from 'commander';
import { binariesCommand } from './binaries.js';
import { downCommand } from './down.js';
import { envCommand } from './env.js';
import { logsCommand } from './logs.js';
import { pidCommand } from './pid.js';
import { resetCommand } from './reset.js';
import { restartCommand } from './restart.js';
import { statusCommand } from './status.js';
import { upCommand } from './up.js';

export function registerNetworkCommands(program: Command): void {
    const network = program
        .command('network')
        .description('the Fabric network: four organizations, a peer each, on this machine');
    for (const verb of [
        upCommand,
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
