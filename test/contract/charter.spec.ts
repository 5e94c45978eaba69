import type { Charter } from '@commonwatt/chaincode/domain/charter';
import type { EstablishedCharter } from '@commonwatt/chaincode/domain/established-charter';
import { priceMicroPerKwh } from '@commonwatt/chaincode/domain/units';
import { canonicalJson } from '@commonwatt/chaincode/wire/canonical';
import { confirmCodec, establishedCharterCodec } from '@commonwatt/chaincode/wire/charter';
import { CONSTITUTING_VERBS, EXCHANGE_VERBS, SUPERVISION_VERBS } from '@commonwatt/chaincode/wire/verbs';
import { expect } from 'chai';
import { attribute, certificateWith, nameOf, pemOf } from '../support/der.js';
import * as commands from '../support/market-commands.js';
import { CHARTER, ELECTRICITY_RULES, RULES } from '../support/sample-market.js';
import { type ChaincodeName, refusal, StubMarket } from '../support/stub-market.js';

const BOTH: readonly ChaincodeName[] = ['supervision', 'exchange'];
const MSPS = ['OperatorMSP', 'CommunityMSP', 'SupplierMSP', 'RegulatorMSP'];
const TABLES = { supervision: SUPERVISION_VERBS, exchange: EXCHANGE_VERBS } as const;
const OTHER = commands.establish({ ...CHARTER, currency: 'CHF' });

const establish = (market: StubMarket, name: string, chaincode: ChaincodeName, command = commands.establish()) =>
    market.do(name, chaincode, 'charter:establish', command);
const confirm = (market: StubMarket, name: string, chaincode: ChaincodeName, command = commands.establish()) =>
    market.do(name, chaincode, 'charter:confirm', commands.confirm(command));
const standing = async (market: StubMarket, chaincode: ChaincodeName): Promise<EstablishedCharter> =>
    establishedCharterCodec.decode(JSON.stringify(await market.ask(chaincode, 'charter:show')));

/** What a verb of either chaincode is refused with; the command is none that any verb would take. */
async function missingAt(market: StubMarket, chaincode: ChaincodeName, verb: string): Promise<unknown> {
    const { creator } = market.who('operatorAdmin');
    const answer = await market.ledger.endorse({ chaincode, args: [verb, '{}'], creator });
    return refusal(answer, 'CHARTER_UNCONFIRMED').operands['missing'];
}

describe('charter: establishing', () => {
    it('is for an administrator of one of its organisations, at the weak centre first', async () => {
        const market = await StubMarket.bare();
        const command = commands.establish();
        for (const chaincode of BOTH) {
            await market.refused('CHARTER_MISSING', 'stranger', chaincode, 'charter:show', '{}');
            for (const name of ['outsideAdmin', 'stranger', 'reviewer']) {
                await market.refused('CALLER_NOT_ADMIN', name, chaincode, 'charter:establish', command);
            }
        }
        await market.refused('CHARTER_MISSING', 'operatorAdmin', 'exchange', 'charter:establish', command);
        const { event } = await establish(market, 'regulatorAdmin', 'supervision');
        const { charterHash } = confirmCodec.decode(commands.confirm());
        expect(event?.name).to.equal('CharterEstablished/1');
        expect(event?.payload).to.equal(canonicalJson({ charterHash, currency: 'EUR', firstSlot: CHARTER.firstSlot }));
        await establish(market, 'communityAdmin', 'exchange');
        for (const chaincode of BOTH) {
            const shown = { charter: CHARTER, charterHash, confirmedBy: [] };
            expect(await standing(market, chaincode)).to.deep.equal(shown);
        }
        expect(await market.ask('exchange', 'rules:show')).to.have.property('version', 1);
    });

    it('is refused at either chaincode when charter or rules contradict themselves', async () => {
        const market = await StubMarket.bare();
        const wrong: readonly (readonly ['CHARTER_INVALID' | 'RULES_INVALID', string])[] = [
            [
                'CHARTER_INVALID',
                commands.establish({ ...CHARTER, orgs: { ...CHARTER.orgs, regulator: 'OperatorMSP' } }),
            ],
            [
                'CHARTER_INVALID',
                commands.establish({ ...CHARTER, chaincodes: { supervision: 'exchange', exchange: 'exchange' } }),
            ],
            ['RULES_INVALID', commands.establish(CHARTER, { ...RULES, version: 2 })],
            [
                'RULES_INVALID',
                commands.establish(CHARTER, {
                    ...RULES,
                    carriers: { heat: { ...ELECTRICITY_RULES, priceFloorMicroPerKwh: priceMicroPerKwh(2_000_000n) } },
                }),
            ],
        ];
        for (const [code, command] of wrong) {
            for (const chaincode of BOTH) {
                await market.refused(code, 'operatorAdmin', chaincode, 'charter:establish', command);
            }
        }
    });

    it('again changes nothing, before and after it is in force', async () => {
        const market = await StubMarket.bare();
        await establish(market, 'operatorAdmin', 'supervision');
        await confirm(market, 'supplierAdmin', 'supervision');
        expect((await establish(market, 'regulatorAdmin', 'supervision')).writes).to.deep.equal([]);
        expect((await standing(market, 'supervision')).confirmedBy).to.deep.equal(['SupplierMSP']);
        const established = await StubMarket.established();
        for (const chaincode of BOTH) {
            expect((await establish(established, 'supplierAdmin', chaincode)).writes).to.deep.equal([]);
        }
    });

    it('of another one is refused once it is in force', async () => {
        const market = await StubMarket.established();
        const otherRules = commands.establish(CHARTER, { ...RULES, haltGraceSlots: RULES.haltGraceSlots + 1 });
        for (const chaincode of BOTH) {
            for (const command of [OTHER, otherRules]) {
                await market.refused('CHARTER_ESTABLISHED', 'operatorAdmin', chaincode, 'charter:establish', command);
            }
        }
    });
});

describe('charter: confirming', () => {
    it('by the fourth organisation opens each chaincode; until then every verb names who is missing', async () => {
        const market = await StubMarket.bare();
        for (const chaincode of BOTH) {
            await establish(market, 'operatorAdmin', chaincode);
            const refused = Object.keys(TABLES[chaincode]).filter((verb) => !CONSTITUTING_VERBS.has(verb));
            expect(refused.length, chaincode).to.be.above(20);
            for (const [index, name] of commands.ADMINISTRATORS.entries()) {
                for (const verb of refused) {
                    expect(await missingAt(market, chaincode, verb), verb).to.deep.equal(MSPS.slice(index));
                }
                const { event } = await confirm(market, name, chaincode);
                const { charterHash } = await standing(market, chaincode);
                expect(event).to.deep.equal({
                    name: 'CharterConfirmed/1',
                    payload: canonicalJson({ charterHash, missing: MSPS.slice(index + 1), mspId: MSPS[index] ?? '' }),
                });
            }
        }
        const seat = commands.grantSeat('platform', market.who('platform'));
        await market.do('operatorAdmin', 'supervision', 'seat:grant', seat);
        await market.advance(CHARTER.firstSlot);
    });

    it('is each organisation’s own: nobody confirms for another, nor twice', async () => {
        const market = await StubMarket.bare();
        await establish(market, 'operatorAdmin', 'supervision');
        for (const name of ['outsideAdmin', 'stranger', 'reviewer', 'platform']) {
            await market.refused('CALLER_NOT_ADMIN', name, 'supervision', 'charter:confirm', commands.confirm());
        }
        await confirm(market, 'operatorAdmin', 'supervision');
        expect((await confirm(market, 'operatorAdmin', 'supervision')).writes).to.deep.equal([]);
        expect((await standing(market, 'supervision')).confirmedBy).to.deep.equal(['OperatorMSP']);
    });

    it('at the exchange follows the weak centre: by whom, and of what', async () => {
        const market = await StubMarket.bare();
        await market.refused('CHARTER_MISSING', 'operatorAdmin', 'exchange', 'charter:confirm', commands.confirm());
        await establish(market, 'operatorAdmin', 'supervision');
        const differs = await market.refused(
            'CHARTER_DIFFERS',
            'operatorAdmin',
            'exchange',
            'charter:establish',
            OTHER,
        );
        expect(differs.operands['establishedHash']).to.equal((await standing(market, 'supervision')).charterHash);
        await establish(market, 'operatorAdmin', 'exchange');
        const early = await market.refused(
            'CHARTER_UNCONFIRMED',
            'supplierAdmin',
            'exchange',
            'charter:confirm',
            commands.confirm(),
        );
        expect(early.operands['missing']).to.deep.equal(['SupplierMSP']);
        await confirm(market, 'supplierAdmin', 'supervision');
        await confirm(market, 'supplierAdmin', 'exchange');
        await establish(market, 'communityAdmin', 'supervision', OTHER);
        await market.refused('CHARTER_DIFFERS', 'operatorAdmin', 'exchange', 'charter:confirm', commands.confirm());
    });

    it('counts for the exchange only while it stands at the weak centre: confirmations that were voided there are missed', async () => {
        const market = await StubMarket.bare();
        for (const chaincode of BOTH) {
            await establish(market, 'operatorAdmin', chaincode);
        }
        await confirm(market, 'supplierAdmin', 'supervision');
        await confirm(market, 'supplierAdmin', 'exchange');
        await establish(market, 'communityAdmin', 'supervision', OTHER);
        await establish(market, 'communityAdmin', 'supervision');
        await confirm(market, 'operatorAdmin', 'supervision');
        const voided = await market.refused(
            'CHARTER_UNCONFIRMED',
            'operatorAdmin',
            'exchange',
            'charter:confirm',
            commands.confirm(),
        );
        expect(voided.operands['missing']).to.deep.equal(['SupplierMSP']);
    });
});

describe('charter: attacks', () => {
    it('one administrator alone, with a charter that makes its own organisation hold every seat, gains nothing', async () => {
        const market = await StubMarket.bare();
        const all: Charter = {
            ...CHARTER,
            orgs: {
                operator: 'SupplierMSP',
                community: 'SupplierMSP',
                supplier: 'OperatorMSP',
                regulator: 'RegulatorMSP',
            },
            administrators: {
                OperatorMSP: { unit: 'admin', certificates: [] },
                SupplierMSP: { unit: 'admin', certificates: [] },
                RegulatorMSP: { unit: 'admin', certificates: [] },
            },
        };
        const command = commands.establish(all);
        for (const chaincode of BOTH) {
            await establish(market, 'supplierAdmin', chaincode, command);
            await confirm(market, 'supplierAdmin', chaincode, command);
        }
        const grab = commands.grantSeat('settlement', { ...market.who('settlement'), mspId: 'SupplierMSP' });
        const refused = await market.refused('CHARTER_UNCONFIRMED', 'supplierAdmin', 'supervision', 'seat:grant', grab);
        expect(refused.operands['missing']).to.deep.equal(['OperatorMSP', 'RegulatorMSP']);
        await market.refused(
            'CALLER_NOT_ADMIN',
            'communityAdmin',
            'supervision',
            'charter:confirm',
            commands.confirm(command),
        );
        // Whom it leaves out puts an honest one in its place, and everybody goes on with that.
        await establish(market, 'communityAdmin', 'supervision');
        await establish(market, 'communityAdmin', 'exchange');
        expect((await standing(market, 'exchange')).confirmedBy).to.deep.equal([]);
        await market.constitute();
        await market.refused('CHARTER_ESTABLISHED', 'supplierAdmin', 'supervision', 'charter:establish', command);
    });

    it('a charter that names the attacker’s certificate for every organisation is confirmed for its own alone', async () => {
        const market = await StubMarket.bare();
        const pem = Buffer.from(market.who('stranger').creator.idBytes).toString();
        const { certificateHashOf, certificateIn } = await import('@commonwatt/chaincode/wire/certificate');
        const own = { unit: null, certificates: [certificateHashOf(certificateIn(Buffer.from(pem)))] };
        const administrators = Object.fromEntries(MSPS.map((mspId) => [mspId, own]));
        const command = commands.establish({ ...CHARTER, administrators });
        await establish(market, 'stranger', 'supervision', command);
        await confirm(market, 'stranger', 'supervision', command);
        expect((await standing(market, 'supervision')).confirmedBy).to.deep.equal(['CommunityMSP']);
        await market.refused(
            'CALLER_NOT_ADMIN',
            'operatorAdmin',
            'supervision',
            'charter:confirm',
            commands.confirm(command),
        );
        await market.constitute();
    });

    it('a confirmation that was held back while another charter took the place confirms neither', async () => {
        const market = await StubMarket.bare();
        await establish(market, 'operatorAdmin', 'supervision');
        const heldBack = await market.endorse('regulatorAdmin', 'supervision', 'charter:confirm', commands.confirm());
        await establish(market, 'supplierAdmin', 'supervision', OTHER);
        expect(market.ledger.commit(heldBack)).to.equal('MVCC_READ_CONFLICT');
        await market.refused('CHARTER_DIFFERS', 'regulatorAdmin', 'supervision', 'charter:confirm', commands.confirm());
        expect((await standing(market, 'supervision')).confirmedBy).to.deep.equal([]);
    });

    it('a charter that was held back until another one is in force does not replace it', async () => {
        const market = await StubMarket.bare();
        await establish(market, 'operatorAdmin', 'supervision');
        const heldBack = await market.endorse('supplierAdmin', 'supervision', 'charter:establish', OTHER);
        expect(heldBack.status).to.equal(200);
        await market.constitute();
        expect(market.ledger.commit(heldBack)).to.equal('MVCC_READ_CONFLICT');
    });

    it('a last confirmation at the exchange, held back while the weak centre’s charter is replaced, opens nothing', async () => {
        const market = await StubMarket.bare();
        for (const chaincode of BOTH) {
            await establish(market, 'operatorAdmin', chaincode);
        }
        for (const name of commands.ADMINISTRATORS.slice(0, 3)) {
            await confirm(market, name, 'supervision');
            await confirm(market, name, 'exchange');
        }
        await market.refused(
            'CHARTER_UNCONFIRMED',
            'regulatorAdmin',
            'exchange',
            'charter:confirm',
            commands.confirm(),
        );
        await establish(market, 'supplierAdmin', 'supervision', OTHER);
        await market.refused('CHARTER_DIFFERS', 'regulatorAdmin', 'exchange', 'charter:confirm', commands.confirm());
    });

    it('two certificates in one creator: the peer verifies the first, a library may read the second', async () => {
        const market = await StubMarket.bare();
        const own = certificateWith(nameOf([attribute('OU', 'client')], [attribute('CN', 'household')]));
        const admin = Buffer.from(market.who('operatorAdmin').creator.idBytes).toString();
        const creator = { mspid: 'OperatorMSP', idBytes: Buffer.from(`${pemOf(own, 'HOUSEHOLD')}${admin}`) };
        const args = ['charter:establish', commands.establish()];
        refusal(await market.ledger.endorse({ chaincode: 'supervision', args, creator }), 'CERTIFICATE_INVALID');
    });

    it('a poisonous certificate is refused by every verb that asks who calls, and the market goes on', async () => {
        const market = await StubMarket.established();
        const creator = { mspid: 'OperatorMSP', idBytes: Buffer.from(pemOf(Buffer.alloc(4_000, 0x30))) };
        const seat = commands.grantSeat('voter', market.who('operator-voter'));
        const args = ['seat:grant', seat];
        refusal(await market.ledger.endorse({ chaincode: 'supervision', args, creator }), 'CERTIFICATE_INVALID');
        await market.do('operatorAdmin', 'supervision', 'seat:grant', seat);
    });
});

describe('charter: administrators', () => {
    it('are known by another unit, or by their certificates, where the charter says so', async () => {
        const market = await StubMarket.bare();
        const { certificateHashOf, certificateIn } = await import('@commonwatt/chaincode/wire/certificate');
        const hash = certificateHashOf(certificateIn(market.who('reviewer').creator.idBytes));
        const administrators = {
            ...CHARTER.administrators,
            RegulatorMSP: { unit: null, certificates: [hash] },
            CommunityMSP: { unit: 'chief', certificates: [] },
        };
        const command = commands.establish({ ...CHARTER, administrators });
        await market.refused('CALLER_NOT_ADMIN', 'regulatorAdmin', 'supervision', 'charter:establish', command);
        await market.refused('CALLER_NOT_ADMIN', 'communityAdmin', 'supervision', 'charter:establish', command);
        await establish(market, 'reviewer', 'supervision', command);
        await confirm(market, 'reviewer', 'supervision', command);
        const pem = pemOf(certificateWith(nameOf([attribute('OU', 'org1'), attribute('OU', 'chief')])));
        const creator = { mspid: 'CommunityMSP', idBytes: Buffer.from(pem) };
        const args = ['charter:confirm', commands.confirm(command)];
        const answer = await market.ledger.endorse({ chaincode: 'supervision', args, creator });
        expect(market.ledger.commit(answer)).to.equal('VALID');
        expect((await standing(market, 'supervision')).confirmedBy).to.deep.equal(['RegulatorMSP', 'CommunityMSP']);
    });
});
