import { fileURLToPath } from 'node:url';
import type { Agreement } from '@commonwatt/chaincode/domain/agreement';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementCodec } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { callWithin } from '@commonwatt/client';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import { verdictCodec } from '@commonwatt/chaincode/wire/verdict';
import { mspIdOf, type OrgName } from '../../topology.js';
import { ROGUE_VERB, type RogueCommand } from '../rogue-command.js';
import type { Concluded, Stage } from '../stage.js';

const ROGUE_ENTRY = fileURLToPath(new URL('../rogue-chaincode.js', import.meta.url));
const REFUSED = 'ENDORSEMENT_POLICY_FAILURE';

/** A key that the attackers overwrite, and who of them endorses. */
type Attempt = Readonly<{
    name: string;
    chaincode: 'exchange' | 'supervision';
    command: RogueCommand;
    attackers: readonly [OrgName, ...OrgName[]];
}>;

/** Organisations run a modified chaincode on their own peers and try what the endorsement policies forbid. */
export async function attack(stage: Stage, target: Concluded): Promise<void> {
    const { cast, journal } = stage;
    journal.heading('Attack: organisations with a modified chaincode on their own peers');
    const { agreements } = cast.as(target.contract.draft.proposerId);
    const { agreement } = await agreements.show(target.agreementId);
    const price = overwrittenPrice(agreement);
    const others = ['operator', 'community', 'supplier'] as const;

    await asRogues(stage, ['regulator'], async () => {
        await attempt(stage, {
            name: 'the regulator cannot change a price',
            attackers: ['regulator'],
            ...price,
        });
    });
    await asRogues(stage, others, async () => {
        await attempt(stage, { name: 'the other three cannot change a price', attackers: others, ...price });
        await attempt(stage, {
            name: 'the other three cannot write a verdict',
            attackers: others,
            ...forgedVerdict(agreement),
        });
    });
    const after = (await agreements.show(target.agreementId)).agreement;
    journal.check({
        name: 'afterwards the ledger holds what the parties signed',
        expected: sha256Hex(agreementCodec.encode(agreement)),
        observed: sha256Hex(agreementCodec.encode(after)),
        block: null,
    });
}

function overwrittenPrice(agreement: Agreement): Pick<Attempt, 'chaincode' | 'command'> {
    const legs = agreement.terms.legs.map((leg) => ({
        ...leg,
        priceMicroPerKwh: leg.priceMicroPerKwh.map(() => priceMicroPerKwh(1n)),
    }));
    const cheap = { ...agreement, terms: { ...agreement.terms, legs } };
    const key = `agreement/${agreement.agreementId}`;
    return { chaincode: 'exchange', command: { key, text: agreementCodec.encode(cheap) } };
}

function forgedVerdict({ agreementId, termsHash }: Agreement): Pick<Attempt, 'chaincode' | 'command'> {
    const text = verdictCodec.encode({
        statement: { agreementId, version: 1, termsHash, decision: 'terminated', reasonCode: 'takenOver' },
        officerSubjectHash: '0'.repeat(64),
        keyId: '0'.repeat(64),
        signature: '0'.repeat(128),
    });
    return { chaincode: 'supervision', command: { key: `verdict/${agreementId}/0000000001`, text } };
}

/** Runs something while some organisations' chaincode processes are modified; they are honest again afterwards. */
async function asRogues(stage: Stage, orgs: readonly OrgName[], act: () => Promise<void>): Promise<void> {
    const { network } = stage;
    try {
        for (const org of orgs) {
            await network.restart(`chaincode-${org}`, { entry: ROGUE_ENTRY });
        }
        await act();
    } finally {
        for (const org of orgs) {
            await network.restart(`chaincode-${org}`);
        }
    }
}

/** The attackers' peers endorse and the orderer orders; what counts is how every peer validates the transaction. */
async function attempt(stage: Stage, { name, chaincode, command, attackers }: Attempt): Promise<void> {
    const market = await stage.cast.admin(attackers[0]);
    const receipt = await market.transport.submit(
        callWithin({
            chaincode: market.profile.chaincodes[chaincode],
            verb: ROGUE_VERB,
            command: canonicalJson(command),
        }),
        attackers.map(mspIdOf),
    );
    stage.journal.check({ name, expected: REFUSED, observed: receipt.validationCode, block: receipt.blockNumber });
}
