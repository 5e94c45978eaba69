import { keyIdOf } from '@commonwatt/chaincode/wire/signature';
import type { Command } from 'commander';
import { documentSignerOf } from '../../document-signer.js';
import { addVerb, onRun } from '../verb.js';

type Options = Readonly<{ participant?: string; lost: boolean }>;

export function registerRotateKey(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'rotate-key',
        summary: 'replace the signing key of --as by a new one, which the wallet makes and takes over',
        example: 'commonwatt participant rotate-key --org community --as bld-12',
        mode: 'submit',
    })
        .option('--lost', 'the old key cannot sign; needs `participant permit-key` by an administrator', false)
        .option('--participant <id>', 'the participant (default: the name of --as)');
    onRun<Options>(verb, async (session, { participant, lost }) => {
        const { participants } = await session.market();
        const participantId = participant ?? session.identityName;
        const wallet = await session.wallet();
        const { signingKey } = await wallet.get(session.identityName);
        const { publicKey } = await participants.show(participantId);
        // A wallet that was made anew holds a key that the ledger does not know: that one is to follow.
        const isKnown = signingKey.publicKey === publicKey;
        const next = isKnown ? await wallet.stagedKey(session.identityName) : signingKey;
        const old = lost || !isKnown ? null : documentSignerOf(signingKey.privateKey);
        const done = await participants.rotateKey(participantId, documentSignerOf(next.privateKey), old);
        if (isKnown) {
            await wallet.adoptStagedKey(session.identityName);
        }
        session.printCommitted(done, `${participantId} signs with key ${keyIdOf(next.publicKey)} from now on`);
    });
}
