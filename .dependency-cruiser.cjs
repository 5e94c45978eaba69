/**
 * The import law: domain ← wire ← store ← contracts; client → chaincode's wire; network → client; nobody → test.
 * Every rule is an error, and a rule that a folder needs broken is changed here, with its reason.
 */
const WORKSPACE = '^(chaincode|client|network)/src/';

/** Modules of the npm registry, in whatever folder npm put them; workspaces are links to their own sources. */
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg'];
const BUILT_IN = ['core'];

module.exports = {
    forbidden: [
        {
            name: 'no-cycles',
            comment: 'a module can be read without the ones that use it',
            severity: 'error',
            from: {},
            to: { circular: true },
        },
        {
            name: 'resolvable',
            comment: 'what is imported exists and is declared',
            severity: 'error',
            from: {},
            to: { couldNotResolve: true },
        },
        {
            name: 'declared',
            comment: 'a workspace declares what it imports',
            severity: 'error',
            from: { path: WORKSPACE },
            to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
        },
        {
            name: 'domain-is-pure',
            comment: 'decisions are computed from values alone: no Fabric, no Node, no library',
            severity: 'error',
            from: { path: '^chaincode/src/domain/' },
            to: { pathNot: '^chaincode/src/domain/' },
        },
        {
            name: 'wire-below-store',
            comment: 'bytes in, bytes out: wire knows the domain, its schemas and hashes',
            severity: 'error',
            from: { path: '^chaincode/src/wire/' },
            to: { pathNot: ['^chaincode/src/(domain|wire)/', '(^|/)node_modules/zod/', '^(node:)?crypto$'] },
        },
        {
            name: 'store-below-contracts',
            comment: 'the only access to the stub serves both chaincodes and knows neither',
            severity: 'error',
            from: { path: '^chaincode/src/store/' },
            to: { path: '^chaincode/src/', pathNot: '^chaincode/src/(domain|wire|store)/' },
        },
        {
            name: 'chaincodes-apart',
            comment: 'two packages: supervision and exchange meet on the ledger only',
            severity: 'error',
            from: { path: '^chaincode/src/(supervision|exchange)/' },
            to: {
                path: '^chaincode/src/(supervision|exchange)/',
                pathNot: '^chaincode/src/$1/',
            },
        },
        {
            name: 'contracts-below-servers',
            comment: 'a contract does not know how it is served; its entry point does',
            severity: 'error',
            from: {
                path: '^chaincode/src/(supervision|exchange)/',
                pathNot: '^chaincode/src/(supervision|exchange)/main[.]ts$',
            },
            to: { path: '^chaincode/src/', pathNot: '^chaincode/src/(domain|wire|store|supervision|exchange)/' },
        },
        {
            name: 'chaincode-stands-alone',
            severity: 'error',
            from: { path: '^chaincode/src/' },
            to: { path: '^(client|network|test)/' },
        },
        {
            name: 'client-speaks-wire',
            comment:
                'a client needs formats, names, quantities and refusals, and computes beforehand what a participant has, ' +
                'escrows, may load, owes at worst and reads; deciding and recomputing is for the auditor, the keeper, agents, bills and outcomes',
            severity: 'error',
            from: {
                path: '^client/src/',
                pathNot: '^client/src/(auditor|agreement-outcome|bill|keeper|reviewer?|screener|agents?)(/|[-.])',
            },
            to: {
                path: '^chaincode/',
                pathNot:
                    '^chaincode/(src|dist)/(wire/|domain/(units|errors|charter|established-charter|participant|seat|clock|account|offer|agreement|amendment|escrow|worst-case|connection|loading|mandate|proposal|reading|debt|payout|fact)[.])',
                dependencyTypesNot: ['type-only'],
            },
        },
        {
            name: 'client-below-network',
            severity: 'error',
            from: { path: '^client/src/' },
            to: { path: '^(network|test)/' },
        },
        {
            name: 'network-uses-formats',
            comment: 'the network serves the chaincodes by their entry points and otherwise knows formats only',
            severity: 'error',
            from: { path: '^network/src/' },
            to: {
                path: '^chaincode/',
                pathNot: '^chaincode/(src|dist)/((wire|domain)/|(chaincodes|serve|server)[.])',
            },
        },
        {
            name: 'nobody-imports-tests',
            severity: 'error',
            from: { pathNot: '^test/' },
            to: { path: '^test/' },
        },
        {
            name: 'recompute-is-independent',
            comment: 'what checks the settlement shares nothing with it',
            severity: 'error',
            from: { path: '^test/recompute/', pathNot: '[.]spec[.]ts$' },
            to: { pathNot: '^test/recompute/', dependencyTypesNot: BUILT_IN },
        },
        {
            name: 'suites-stand-alone',
            comment: 'a suite shares test/support, never another suite',
            severity: 'error',
            from: { path: '^test/([^/]+)/' },
            to: { path: '^test/', pathNot: '^test/($1|support|fixtures|recompute)/' },
        },
    ],
    options: {
        doNotFollow: { path: ['node_modules', '(^|/)dist/'], dependencyTypes: NPM },
        tsPreCompilationDeps: true,
        enhancedResolveOptions: {
            exportsFields: ['exports'],
            conditionNames: ['import', 'node', 'types'],
            mainFields: ['module', 'main'],
        },
        tsConfig: { fileName: '.tsconfig.base.json' },
    },
};
