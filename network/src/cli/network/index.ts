import { nounOf } from '@commonwatt/client/cli/noun';

export const network = nounOf('network', 'the Fabric network: four organizations and their peers, on this machine', {
    up: async () => (await import('./up.js')).upCommand,
    down: async () => (await import('./down.js')).downCommand,
    status: async () => (await import('./status.js')).statusCommand,
    logs: async () => (await import('./logs.js')).logsCommand,
    restart: async () => (await import('./restart.js')).restartCommand,
    reset: async () => (await import('./reset.js')).resetCommand,
    pid: async () => (await import('./pid.js')).pidCommand,
    'add-peer': async () => (await import('./second-peer.js')).addPeerCommand,
    'remove-peer': async () => (await import('./second-peer.js')).removePeerCommand,
    upgrade: async () => (await import('./upgrade.js')).upgradeCommand,
    env: async () => (await import('./env.js')).envCommand,
    binaries: async () => (await import('./binaries.js')).binariesCommand,
});
