import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Agreement } from '@commonwatt/chaincode/domain/agreement';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { agreementCodec, concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { sha256Hex } from '@commonwatt/chaincode/wire/signature';
import { decideCodec, verdictCodec, verdictStatementCodec } from '@commonwatt/chaincode/wire/verdict';
import { draftTerms } from '@commonwatt/client';
import { type OrgName, orgNames } from '@commonwatt/network';
import { household, prosumer, type TestMarket, withMarket } from '../support/market.js';
import { type CliOutcome, invokeWithPeerCli, peer, peerArgs, withMspFolder } from '../support/peer-cli.js';
import { saleDraft } from '../support/sale.js';

const rogueEntry = fileURLToPath(new URL('../../../network/dist/demo/rogue-chaincode.js', import.meta.url));
const ROGUE_VERB = 'rogue:overwrite';
const SELLER = prosumer('bld-05');
const BUYER = household('bld-04');

const REFUSED = 'ENDORSEMENT_POLICY_FAILURE';
const [R, C, O, S] = ['regulator', 'community', 'operator', 'supplier'] as const;

/** Whose peers the stock CLI asks, and how every peer then judges the transaction. */
type Case = readonly [endorsers: readonly OrgName[], status: string];
const set = (endorsers: readonly OrgName[]): string => endorsers.join(' + ');

describe('endorsement sets, by the stock peer CLI', function () {
    this.timeout(60_000);
    const market = withMarket();
    let agreement: Agreement;
    before(async () => {
        await market().admit(SELLER, BUYER);
        const { value } = await market().conclude(sale(market()));
        ({ agreement } = await market().as(BUYER.id).agreements.show(value.agreementId));
    });

    const invoke = (
        chaincode: 'exchange' | 'supervision',
        endorsers: readonly OrgName[],
        [verb, command]: readonly [string, string],
    ): Promise<CliOutcome> =>
        invokeWithPeerCli(market().network, {
            chaincode,
            invoke: { function: verb, Args: [command] },
            endorsers,
            as: endorsers[0] ?? 'operator',
        });
    const expectStatus = (outcome: CliOutcome, status: string): void => {
        expect(outcome.status, outcome.text).to.equal(status);
    };

    describe('an agreement that both parties signed', () => {
        const cases: readonly Case[] = [
            [[R, C], REFUSED],
            [[O, S], REFUSED],
            [[O, C, S], 'VALID'],
        ];
        for (const [endorsers, status] of cases) {
            it(`concluded by ${set(endorsers)}: ${status}`, async () => {
                const terms = draftTerms(sale(market()));
                const consents = await market().consents(terms);
                const command = concludeCodec.encode({ terms, consents, folds: [] });
                expectStatus(await invoke('exchange', endorsers, ['agreement:conclude', command]), status);
            });
        }
    });

    describe('a verdict that the reviewer signed', () => {
        const cases: readonly Case[] = [
            [[R], REFUSED],
            [[R, C], REFUSED],
            [[C, S, O], REFUSED],
            [[R, C, S, O], 'VALID'],
        ];
        for (const [endorsers, status] of cases) {
            it(`endorsed by ${set(endorsers)}: ${status}`, async () => {
                const { agreementId, termsHash } = agreement;
                const reasonCode = 'noObjection';
                const statement = { agreementId, version: 1, termsHash, decision: 'approved', reasonCode } as const;
                const body = verdictStatementCodec.toJson(statement);
                const { ledger } = market().as('reviewer');
                const { signature } = await ledger.sign('commonwatt/verdict/1', 'supervision', body);
                const reviewer = market().actors.get('reviewer');
                await withMspFolder(market().network, reviewer, async (mspFolder) => {
                    const outcome = await invokeWithPeerCli(market().network, {
                        chaincode: 'supervision',
                        invoke: { function: 'verdict:approve', Args: [decideCodec.encode({ statement, signature })] },
                        endorsers,
                        as: 'regulator',
                        mspFolder,
                    });
                    expectStatus(outcome, status);
                });
            });
        }
    });

    describe('with a modified chaincode in every organisation', () => {
        before(async () => {
            for (const org of orgNames) {
                await market().network.restart(`chaincode-${org}`, { entry: rogueEntry });
            }
        });
        after(async () => {
            for (const org of orgNames) {
                await market().network.restart(`chaincode-${org}`);
            }
        });

        const overwrite = (
            chaincode: 'exchange' | 'supervision',
            endorsers: readonly OrgName[],
            key: string,
            text: string,
        ): Promise<CliOutcome> => invoke(chaincode, endorsers, [ROGUE_VERB, canonicalJson({ key, text })]);
        const overwriteTerms = (endorsers: readonly OrgName[], { legs }: Agreement['terms']): Promise<CliOutcome> => {
            const text = agreementCodec.encode({ ...agreement, terms: { ...agreement.terms, legs } });
            return overwrite('exchange', endorsers, `agreement/${agreement.agreementId}`, text);
        };
        const priceOnLedger = async (): Promise<bigint | undefined> => {
            const shown = await market().as(BUYER.id).agreements.show(agreement.agreementId);
            return shown.agreement.terms.legs[0]?.priceMicroPerKwh[0];
        };
        const cheap = (): Agreement['terms'] => ({
            ...agreement.terms,
            legs: agreement.terms.legs.map((leg) => ({ ...leg, priceMicroPerKwh: [priceMicroPerKwh(1n)] })),
        });

        // Both parties belong to the community: its signature, the regulator's and one more stand behind the terms.
        for (const endorsers of [[R], [R, C], [C, S, O], [R, O, S]] as const) {
            it(`a price changed by ${set(endorsers)}: ${REFUSED}`, async () => {
                expectStatus(await overwriteTerms(endorsers, cheap()), REFUSED);
                expect(await priceOnLedger()).to.equal(100_000n);
            });
        }

        it(`a price changed by ${set([R, C, S, O])}, and changed back by ${set([R, C, S])}: VALID`, async () => {
            expectStatus(await overwriteTerms([R, C, S, O], cheap()), 'VALID');
            expect(await priceOnLedger()).to.equal(1n);
            expectStatus(await overwriteTerms([R, C, S], agreement.terms), 'VALID');
            expect(await priceOnLedger()).to.equal(100_000n);
        });

        const cases: readonly Case[] = [
            [[R], REFUSED],
            [[R, C], REFUSED],
            [[C, S, O], REFUSED],
            [[R, C, S, O], 'VALID'],
        ];
        for (const [endorsers, status] of cases) {
            it(`a verdict that nobody signed, written by ${set(endorsers)}: ${status}`, async () => {
                const agreementId = sha256Hex('an agreement that does not exist');
                const text = verdictCodec.encode({
                    statement: {
                        agreementId,
                        version: 1,
                        termsHash: agreementId,
                        decision: 'terminated',
                        reasonCode: 'takenOver',
                    },
                    officerSubjectHash: '0'.repeat(64),
                    keyId: '0'.repeat(64),
                    signature: '0'.repeat(128),
                });
                const key = `verdict/${agreementId}/0000000001`;
                expectStatus(await overwrite('supervision', endorsers, key, text), status);
            });
        }
    });

    describe('a chaincode definition that leaves the regulator out', () => {
        const definition = (env: Readonly<Record<string, string>>): string[] => [
            ...['--orderer', env['ORDERER_ADDRESS'] ?? '', '--tls', '--cafile', env['ORDERER_CA'] ?? ''],
            ...['--channelID', env['CHANNEL_NAME'] ?? '', '--name', 'supervision', '--version', '1', '--sequence', '2'],
            ...['--signature-policy', "OutOf(2, 'OperatorMSP.peer', 'CommunityMSP.peer', 'SupplierMSP.peer')"],
        ];
        const lifecycle = async (as: OrgName, verb: string, endorsers: readonly OrgName[]): Promise<string> => {
            const env = await market().network.env(as);
            const args = ['lifecycle', 'chaincode', verb, ...definition(env), ...peerArgs(env, endorsers)];
            return await peer(market().network, { as }, args);
        };
        const coalition = [O, C, S] as const;

        it('is approved by the other three', async () => {
            const approvals = await Promise.all(coalition.map((org) => lifecycle(org, 'approveformyorg', [org])));
            for (const text of approvals) {
                expect(text).to.contain('committed with status (VALID)');
            }
        });

        it('is not committed by the other three', async () => {
            expect(await lifecycle(O, 'commit', coalition)).to.contain(REFUSED);
        });

        it("is not committed by all four peers without the regulator's approval", async () => {
            const text = await lifecycle(O, 'commit', [...coalition, R]);
            expect(text).to.contain('chaincode definition not agreed to by this org (RegulatorMSP)');
        });
    });
});

/** A small sale inside the community. */
const sale = (market: TestMarket): ReturnType<typeof saleDraft> =>
    saleDraft({
        sellerId: SELLER.id,
        buyerId: BUYER.id,
        firstSlot: market.nextSlot + 40,
        energyWh: [10n],
        priceMicroPerKwh: 100_000n,
    });
