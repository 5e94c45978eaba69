import { meteringPointCodec } from '@commonwatt/chaincode/wire/meter';
import type { Command } from 'commander';
import { addVerb, onRun } from '../verb.js';
import { readMeterDraft, writeOwnerConsent } from './files.js';
import { signedByOwner } from './owner-signature.js';

type Options = Readonly<{ as?: string; party?: string; out: string }>;

export function registerSign(noun: Command): void {
    const verb = addVerb(noun, {
        name: 'sign',
        summary:
            'sign a drafted point as its owner, or as the owner of its parent or charge point; the signature goes to a file. Needs no network',
        example: 'commonwatt meter sign point.json --org community --as bld-12 --out owner-bld-12.json',
        mode: 'local',
    })
        .argument('<draft>', 'file of the point')
        .requiredOption('--as <identity>', "identity in the organization's wallet whose signing key consents")
        .option('--party <id>', 'participant that signs (default: the owner of the point)')
        .requiredOption('--out <file>', 'where to write the signature');
    onRun<Options>(verb, async (session, options, [file = '']) => {
        const { point } = await readMeterDraft(file);
        const { pointId, carrier, connectionPoint } = point;
        const participantId = options.party ?? point.participantId;
        const document = ['commonwatt/metering-point/1', meteringPointCodec.toJson(point)] as const;
        const consent = await signedByOwner(session, participantId, document);
        await writeOwnerConsent(options.out, consent);
        session.print({ ...consent, pointId, file: options.out }, [
            `${participantId} consents to ${pointId}, ${carrier} at ${connectionPoint}, billed to ${point.participantId}`,
        ]);
    });
}
