export { findBinaries, resolveBinaries } from './binaries/resolve.js';
export type { Binaries } from './binaries/tools.js';
export { establishMarket, readCharterFile } from './charter-file.js';
export {
    Network,
    openNetwork,
    type OpenOptions,
    type RestartOptions,
    type UpgradeOptions,
    type UpOptions,
} from './network.js';
export { NetworkError } from './network-error.js';
export type { OnProgress, ProgressEvent } from './progress.js';
export * from './scenario/index.js';
export { endorsementPolicies } from './provision/chaincode-definition.js';
export type { NetworkState, NetworkStatus, ProcessStatus } from './status.js';
export { mspIdOf, orgNames, type OrdererCount, type OrgName, type ProcessKind } from './topology.js';
