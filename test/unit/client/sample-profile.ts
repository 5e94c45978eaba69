const peer = (port: number): object => ({
    url: `grpcs://localhost:${String(port)}`,
    tlsCACerts: { pem: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n' },
    grpcOptions: { 'ssl-target-name-override': 'localhost', 'grpc.keepalive_time_ms': 2000 },
});

/** A connection profile of the community's, of which nothing answers. */
export const sampleProfile = (): Readonly<Record<string, object>> => ({
    organizations: {
        operator: { mspid: 'OperatorMSP', peers: ['peer-operator'] },
        community: { mspid: 'CommunityMSP', peers: ['peer-community'] },
        supplier: { mspid: 'SupplierMSP', peers: ['peer-supplier'] },
        regulator: { mspid: 'RegulatorMSP', peers: [] },
    },
    peers: { 'peer-community': peer(7001), 'peer-operator': peer(7002), 'peer-supplier': peer(7003) },
    orderers: { orderer: peer(7050) },
    'x-commonwatt': {
        org: 'community',
        mspId: 'CommunityMSP',
        channel: 'commonwatt',
        chaincodes: { supervision: 'supervision', exchange: 'exchange' },
        gateways: ['peer-community', 'peer-operator'],
        admin: { certificate: 'users/admin.pem', privateKey: 'users/admin.key' },
    },
});
