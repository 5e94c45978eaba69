import type { Command } from 'commander';
import { subjectHashOfCertificate } from '../../identity.js';
import { table } from '../output.js';
import { addVerb, onRun } from '../verb.js';

export function registerList(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'list',
        summary: "list the identities in the organization's wallet",
        example: 'commonwatt identity list --org community',
        mode: 'local',
    });
    onRun(verb, async (session) => {
        const wallet = await session.wallet();
        const identities = [];
        for (const name of await wallet.names()) {
            const { mspId, certificate, signingKey } = await wallet.get(name);
            const subjectHash = subjectHashOfCertificate(mspId, certificate);
            identities.push({ name, mspId, subjectHash, publicKey: signingKey.publicKey });
        }
        session.print(
            identities,
            table([
                ['NAME', 'MSP', 'SUBJECT HASH'],
                ...identities.map(({ name, mspId, subjectHash }) => [name, mspId, subjectHash]),
            ]),
        );
    });
}
