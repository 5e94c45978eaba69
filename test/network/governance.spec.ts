import { peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import type { Terms } from '@commonwatt/chaincode/domain/agreement';
import { ORG_ROLES } from '@commonwatt/chaincode/domain/charter';
import type { Choice } from '@commonwatt/chaincode/domain/proposal';
import type { Rules } from '@commonwatt/chaincode/domain/rules';
import { assert } from '@commonwatt/chaincode/domain/errors';
import { energyWh, priceMicroPerKwh, type SlotIndex } from '@commonwatt/chaincode/domain/units';
import { concludeCodec } from '@commonwatt/chaincode/wire/agreement';
import { voteCodec, voteStatementCodec } from '@commonwatt/chaincode/wire/proposal';
import { draftTerms, Keeper, type Market, subjectHashOfCertificate } from '@commonwatt/client';
import { commonwatt } from '../support/commonwatt.js';
import { expectInBlock, transactionInBlock } from '../support/in-block.js';
import { CARRIER, household, pointOf, prosumer, RETAILER, TestMarket } from '../support/market.js';
import { withOwnNetwork } from '../support/network.js';
import { RawGateway, submitLate } from '../support/raw-gateway.js';
import { expectRefusal } from '../support/refusal.js';
import { saleDraft } from '../support/sale.js';
import { WIDE_EXPOSURE } from '../support/wide-bounds.js';

const ROOF = prosumer('bld-05');
const HOME = household('bld-04');
const STANDING_ID = 'ordinary';
const PRICE_MICRO = 200_000n;
/** What the network asks after the change, in place of 80 000. */
const FEE_MICRO = 95_000n;

/** Trade through the retailer alone, at a price below that of the agreement under way, for a higher fee. */
const changed = (rules: Rules): Rules => {
    const { electricity } = rules.carriers;
    assert(electricity !== undefined, 'electricity is traded');
    return {
        ...rules,
        carriers: {
            ...rules.carriers,
            electricity: {
                ...electricity,
                relation: { kind: 'singleBuyer', buyerId: RETAILER.id },
                priceCapMicroPerKwh: priceMicroPerKwh(PRICE_MICRO - 1n),
                networkFeeMicroPerKwh: priceMicroPerKwh(FEE_MICRO),
            },
        },
    };
};

/** Rules with another highest price of electricity. */
function cappedAt(rules: Rules, price: bigint): Rules {
    const { electricity } = rules.carriers;
    assert(electricity !== undefined, 'electricity is traded');
    const capped = { ...electricity, priceCapMicroPerKwh: priceMicroPerKwh(price) };
    return { ...rules, carriers: { ...rules.carriers, electricity: capped } };
}

describe('rules that the organisations change', function () {
    this.timeout(60_000);
    const network = withOwnNetwork();
    let market: TestMarket;
    let voteUntilSlot: SlotIndex;
    let fromSlot: SlotIndex;
    let proposalId: string;
    /** Delivered in the last slot under the first rules and in the first under the second. */
    let old: Awaited<ReturnType<TestMarket['conclude']>>;
    const as = (name: string): Market => market.as(name);
    const voter = (role: string): Market => as(`${role}-voter`);

    const sale = (
        sellerId: string,
        buyerId: string,
        firstSlot: SlotIndex,
        price: bigint,
        rulesVersion: number,
    ): Terms =>
        draftTerms({
            ...saleDraft({ sellerId, buyerId, firstSlot, energyWh: [100n, 100n], priceMicroPerKwh: price }),
            rulesVersion,
        });
    const begin = async (slot: SlotIndex): Promise<void> => {
        while (market.nextSlot <= slot) {
            await market.tick(slot);
        }
    };
    /** A vote as its voter's client would send it. */
    async function voteOf(name: string, choice: Choice): Promise<string> {
        const statement = { proposalId, choice };
        const body = voteStatementCodec.toJson(statement);
        const { signature } = await as(name).ledger.sign('commonwatt/vote/1', 'exchange', body);
        return voteCodec.encode({ statement, signature });
    }
    /** Has all four endorse, lets something happen, and only then has the transaction ordered. */
    async function heldBack(
        name: string,
        verb: string,
        command: string,
        meanwhile: () => Promise<unknown>,
    ): Promise<number> {
        const gateway = await RawGateway.open(network, market.actors.get(name));
        try {
            const endorsed = await gateway.endorse({ chaincode: 'exchange', verb, args: [command] });
            await meanwhile();
            return await submitLate(endorsed);
        } finally {
            gateway.close();
        }
    }

    before(async function () {
        this.timeout(120_000);
        await network.up();
        market = await TestMarket.establish(network, (rules) => cappedAt(rules, 390_000n));
        await market.seatOfficers();
        for (const role of ORG_ROLES) {
            await market.actors.enrol(`${role}-voter`, role);
            await market.actors.seat(`${role}-voter`, 'voter');
        }
        await market.admit(ROOF, HOME, RETAILER);
        voteUntilSlot = market.nextSlot + 1;
        fromSlot = voteUntilSlot + 2;
        await as('reviewer').verdicts.standing({
            standingId: STANDING_ID,
            status: 'granted',
            carriers: [CARRIER],
            participantKinds: ['consumer', 'prosumer', 'energySeller'],
            priceMinMicroPerKwh: priceMicroPerKwh(0n),
            priceMaxMicroPerKwh: priceMicroPerKwh(400_000n),
            agreementEnergyMaxWh: energyWh(10_000n),
            exposure: WIDE_EXPOSURE,
            firstSlot: market.nextSlot,
            endSlot: market.nextSlot + 96,
            reasonCode: 'ordinaryTrade',
        });
        old = await market.conclude(
            saleDraft({
                sellerId: ROOF.id,
                buyerId: HOME.id,
                firstSlot: fromSlot - 1,
                energyWh: [100n, 100n],
                priceMicroPerKwh: PRICE_MICRO,
            }),
        );
    });

    it('are proposed by a voter, and by nobody else', async () => {
        const rules = changed(await as(HOME.id).charter.rules());
        const proposed = { rules, voteUntilSlot, fromSlot, isEmergency: false, reasonCode: 'singleBuyer' };
        await expectRefusal(as(HOME.id).proposals.make(proposed), 'forbidden CALLER_NOT_SEATED', { kind: 'voter' });
        const made = await voter('community').proposals.make(proposed);
        ({ proposalId } = made.value);
        const payload = { proposalId, version: 2, mspId: 'CommunityMSP', voteUntilSlot, fromSlot };
        await expectInBlock(voter('community'), made, {
            chaincode: 'exchange',
            verb: 'proposal:make',
            keys: [`proposal/${proposalId}`],
            event: { name: 'RulesProposed/1', payload },
        });
    });

    it('are voted on by the voters of all organisations at once, and by no household', async () => {
        await expectRefusal(as(HOME.id).proposals.vote(proposalId, 'yes'), 'forbidden CALLER_NOT_SEATED');
        const roles = ['operator', 'community', 'regulator'] as const;
        const [operators] = await Promise.all(roles.map((role) => voter(role).proposals.vote(proposalId, 'yes')));
        assert(operators !== undefined, 'the operator voted');
        await expectInBlock(voter('operator'), operators, {
            chaincode: 'exchange',
            verb: 'proposal:vote',
            keys: [`ballot/${proposalId}/OperatorMSP`],
            event: { name: 'VoteGiven/1', payload: { proposalId, mspId: 'OperatorMSP', choice: 'yes' } },
        });
        await expectRefusal(voter('operator').proposals.vote(proposalId, 'no'), 'conflict VOTE_CONFLICT');
    });

    it("are voted on while the regulator's peer is away", async () => {
        process.kill(await network.pid('peer-regulator'), 'SIGKILL');
        try {
            const vote = await voter('supplier').proposals.vote(proposalId, 'yes');
            const { endorserMspIds } = await transactionInBlock(voter('supplier'), vote);
            expect(endorserMspIds).to.have.members(['OperatorMSP', 'CommunityMSP', 'SupplierMSP']);
        } finally {
            await network.up();
        }
    });

    it('hear no voter whose seat was taken back, even if the vote was endorsed before', async () => {
        const { entry } = await market.actors.enrol('former-voter', 'supplier');
        await market.actors.seat('former-voter', 'voter');
        const { mspId, certificate } = entry;
        const seat = { kind: 'voter', mspId, subjectHash: subjectHashOfCertificate(mspId, certificate) } as const;
        const command = await voteOf('former-voter', 'no');
        const { seats } = await market.actors.admin('supplier');
        const code = await heldBack('former-voter', 'proposal:vote', command, () => seats.revoke(seat));
        expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
        await expectRefusal(as('former-voter').proposals.vote(proposalId, 'no'), 'forbidden SEAT_REVOKED', seat);
    });

    it('take no vote that comes after the slot that ends it, even if it was endorsed before', async () => {
        await market.actors.enrol('late-voter', 'regulator');
        await market.actors.seat('late-voter', 'voter');
        const command = await voteOf('late-voter', 'no');
        const code = await heldBack('late-voter', 'proposal:vote', command, () => begin(voteUntilSlot));
        expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
        await expectRefusal(as('late-voter').proposals.vote(proposalId, 'no'), 'conflict SLOT_BEGUN');
    });

    it('are enacted by any keeper once the organisations want them', async () => {
        const reports = await new Keeper(as(HOME.id)).turn();
        const [report] = reports.filter(({ step }) => step === `proposal:enact ${proposalId}`);
        const { transactionId = '', blockNumber = null } = report ?? {};
        await expectInBlock(
            as(HOME.id),
            { value: null, transactionId: transactionId ?? '', blockNumber },
            {
                chaincode: 'exchange',
                verb: 'proposal:enact',
                keys: [`proposal/${proposalId}`, 'rules', 'rules-version/0000000002'],
                event: { name: 'RulesEnacted/1', payload: { proposalId, version: 2, fromSlot } },
            },
        );
        expect((await as(HOME.id).charter.rules()).version, 'in force').to.equal(1);
    });

    it('let nothing slip in that was endorsed under the rules before', async () => {
        const { agreements } = as(ROOF.id);
        expect((await agreements.fund(old.value.agreementId, STANDING_ID)).value.state).to.equal('inForce');
        const terms = sale(ROOF.id, HOME.id, fromSlot + 4, PRICE_MICRO, 1);
        const command = concludeCodec.encode({ terms, consents: await market.consents(terms), folds: [] });
        await begin(fromSlot - 1);
        const code = await heldBack(HOME.id, 'agreement:conclude', command, () => begin(fromSlot));
        expect(code).to.equal(peer.TxValidationCode.MVCC_READ_CONFLICT);
        await expectRefusal(agreements.conclude(terms, await market.consents(terms)), 'invalid TERMS_INVALID', {
            reason: 'the rules in force are others',
        });
    });

    it('decide who may now trade with whom, and at which price', async () => {
        const conclude = async (terms: Terms): Promise<unknown> =>
            as(terms.proposerId).agreements.conclude(terms, await market.consents(terms));
        const slot = fromSlot + 4;
        const direct = sale(ROOF.id, HOME.id, slot, 150_000n, 2);
        await expectRefusal(conclude(direct), 'forbidden RELATION_NOT_PERMITTED', { relation: 'singleBuyer' });
        const dear = sale(RETAILER.id, HOME.id, slot, PRICE_MICRO, 2);
        await expectRefusal(conclude(dear), 'invalid TERMS_INVALID', { reason: 'price above the cap' });
        await conclude(sale(RETAILER.id, HOME.id, slot, 150_000n, 2));
        await conclude(sale(ROOF.id, RETAILER.id, slot, 150_000n, 2));
    });

    it('leave the agreement of before its price, and settle each of its slots under the rules of the slot', async () => {
        await begin(fromSlot + 1);
        for (let slot = market.firstSlot; slot <= fromSlot; slot += 1) {
            const readings = await market.readings(slot);
            if (readings.length > 0) {
                await as('metering').readings.submit(readings);
            }
            await as(HOME.id).settlements.run(CARRIER, slot);
        }
        const expected = [
            [fromSlot - 1, 80_000n],
            [fromSlot, FEE_MICRO],
        ] as const;
        for (const [slot, feeMicro] of expected) {
            const settlement = await as(HOME.id).settlements.show(CARRIER, slot);
            const leg = settlement.legs.find(({ agreementId }) => agreementId === old.value.agreementId);
            expect(leg?.paymentNano).to.equal((leg?.deliveredWh ?? 0n) * PRICE_MICRO);
            const point = settlement.points.find(({ pointId }) => pointId === pointOf(HOME.id));
            expect(point?.importWh).to.not.equal(0n);
            expect(point?.feeNano).to.equal((point?.importWh ?? 0n) * feeMicro);
        }
        const { execution } = await as(HOME.id).agreements.show(old.value.agreementId);
        expect(execution.state).to.equal('completed');
    });

    it('prove themselves by the blocks alone', async () => {
        const args = ['--state', network.stateDir, 'audit', 'run', '--org', 'operator', '--as', 'admin', '--json'];
        const { exitCode, stdout, stderr } = await commonwatt(args);
        const report = JSON.parse(stdout) as { findings: unknown[]; reproduced: number };
        expect(report.findings, stderr).to.deep.equal([]);
        expect(report.reproduced).to.be.greaterThan(40);
        expect(exitCode).to.equal(0);
    });
});
