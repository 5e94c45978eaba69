import type { Command } from 'commander';
import { createIdentity, type NodeRole } from '../../development-ca.js';
import { subjectHashOfCertificate } from '../../identity.js';
import { oneOf } from '../values.js';
import { addVerb, onRun } from '../verb.js';

export function registerCreate(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'create',
        summary: "create a certificate from the organization's development CA and a signing key, in the wallet",
        example: 'commonwatt identity create bld-12 --org community',
        mode: 'local',
    })
        .argument('<name>', 'name in the wallet and common name of the certificate')
        .option('--role <role>', 'client or admin', oneOf<NodeRole>(['client', 'admin']), 'client');
    onRun<{ role: NodeRole }>(verb, async (session, { role }, [name = '']) => {
        const profile = await session.profile();
        const wallet = await session.wallet();
        const entry = await createIdentity(profile, name, role);
        await wallet.add(name, entry);
        const subjectHash = subjectHashOfCertificate(entry.mspId, entry.certificate);
        const { publicKey } = entry.signingKey;
        session.print({ name, mspId: entry.mspId, subjectHash, publicKey }, [
            `Created ${name} of ${entry.mspId}.`,
            `  subject hash ${subjectHash}`,
        ]);
    });
}
