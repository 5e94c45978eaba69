import { join, resolve } from 'node:path';
import { projectRoot } from './project.js';
import { domainOf, type OrgName, type ProcessSpec } from './topology.js';

/**
 * Where everything of one network lies. Paths are computed at each start and never stored, so that the folder
 * (and the project around it) can be moved while the network is down.
 */
export class StateFolder {
    constructor(readonly root: string) {}

    get settingsFile(): string {
        return join(this.root, 'network.json');
    }

    get lockFile(): string {
        return join(this.root, 'lock');
    }

    get organizations(): string {
        return join(this.root, 'organizations');
    }

    get channelFolder(): string {
        return join(this.root, 'channel');
    }

    get genesisBlock(): string {
        return join(this.channelFolder, 'genesis.block');
    }

    organization(org: OrgName): string {
        return join(this.organizations, org);
    }

    profile(org: OrgName): string {
        return join(this.organization(org), 'connection.json');
    }

    adminMsp(org: OrgName): string {
        return join(this.organization(org), 'users', `Admin@${domainOf(org)}`, 'msp');
    }

    tlsRootCertificate(org: OrgName): string {
        return join(this.organization(org), 'msp', 'tlscacerts', `tlsca.${domainOf(org)}-cert.pem`);
    }

    /** The folder with `msp` and `tls` of a peer or orderer. */
    identity({ kind, org, ordinal }: Pick<ProcessSpec, 'kind' | 'org' | 'ordinal'>): string {
        const host = ordinal === 1 ? kind : `${kind}${String(ordinal)}`;
        return join(this.organization(org), `${kind}s`, `${host}.${domainOf(org)}`);
    }

    /** Where the peers of an organization find the chaincodes that are installed next. */
    chaincodeAddresses(org: OrgName): string {
        return join(this.organization(org), 'chaincodes.json');
    }

    node(name: string): string {
        return join(this.root, 'nodes', name);
    }

    log(name: string): string {
        return join(this.node(name), 'output.log');
    }

    package(label: string): string {
        return join(this.root, 'packages', `${label}.tar.gz`);
    }
}

/** The folder named explicitly, else by COMMONWATT_STATE, else the project's own. */
export function stateFolder(stateDir: string | undefined): StateFolder {
    const named = stateDir ?? process.env['COMMONWATT_STATE'];
    return new StateFolder(named === undefined || named === '' ? join(projectRoot, '.commonwatt') : resolve(named));
}
