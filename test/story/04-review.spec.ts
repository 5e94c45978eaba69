import { expect } from 'chai';
import type { VerdictStatement } from '@commonwatt/chaincode/domain/verdict';
import { decideCodec, standingCodec, verdictStatementCodec } from '@commonwatt/chaincode/wire/verdict';
import type { Reviewed } from '@commonwatt/client';
import { expectInBlock, expectNothingWritten } from '../support/in-block.js';
import { RETAILER } from '../support/market.js';
import { expectRefusal } from '../support/refusal.js';
import { NEIGHBOUR, STANDING_ID } from './cast.js';
import { reviewedOf } from './story.js';
import { withStory } from './with-story.js';

describe('04 review', function () {
    this.timeout(20_000);
    const story = withStory((each) => each.reviewed());

    it('approves ordinary trade in advance, by a signed standing verdict', async () => {
        const { standing } = await story().reviewed();
        await expectInBlock(story().as('reviewer'), standing, {
            chaincode: 'supervision',
            verb: 'verdict:standing',
            keys: [`standing-verdict/${STANDING_ID}`],
            event: {
                name: 'StandingVerdictGiven/1',
                payload: { standingId: STANDING_ID, sequence: 1, status: 'granted' },
            },
        });
        expect(await story().as(NEIGHBOUR.id).verdicts.listStanding()).to.deep.include(standing.value);
    });

    for (const [name, decision, verb] of [
        ['abusive', 'approved', 'verdict:approve'],
        ['rejected', 'rejected', 'verdict:reject'],
    ] as const) {
        it(`says ${decision} of one version of one agreement, and writes nothing else`, async () => {
            const given = (await story().reviewed())[decision];
            const { agreementId, termsHash } = (await story().concluded())[name].value;
            expect(given.value.statement).to.include({ agreementId, termsHash, version: 1, decision });
            await expectInBlock(story().as('reviewer'), given, {
                chaincode: 'supervision',
                verb,
                keys: [`verdict/${agreementId}/0000000001`],
                event: { name: 'VerdictGiven/1', payload: { agreementId, version: 1, decision } },
            });
        });
    }

    it('cannot be had from anybody else', async () => {
        const trade = await reviewed('trade');
        for (const name of ['metering', RETAILER.id]) {
            const attempt = story().as(name).verdicts.approve(trade, 'noObjection');
            await expectRefusal(attempt, 'forbidden CALLER_NOT_SEATED', { kind: 'reviewer' });
        }
    });

    it('says the same twice without effect, and never the opposite', async () => {
        const { verdicts } = story().as('reviewer');
        const [abusive, rejected] = [await reviewed('abusive'), await reviewed('rejected')];
        await expectNothingWritten(story().as('reviewer'), await verdicts.approve(abusive, 'noObjection'));
        const conflict = 'conflict VERDICT_CONFLICT';
        await expectRefusal(verdicts.reject(abusive, 'unusualPrice'), conflict, { decision: 'approved' });
        await expectRefusal(verdicts.approve(rejected, 'noObjection'), conflict, { decision: 'rejected' });
    });

    it('is bound to the terms that were reviewed', async () => {
        const abusive = await reviewed('abusive');
        const other = { ...abusive, termsHash: '0'.repeat(64) };
        const attempt = story().as('reviewer').verdicts.approve(other, 'noObjection');
        await expectRefusal(attempt, 'conflict VERDICT_CONFLICT', { agreementId: abusive.agreementId });
    });

    it("is signed by the seat's own key, for this chaincode", async () => {
        const trade = await reviewed('trade');
        const statement: VerdictStatement = {
            agreementId: trade.agreementId,
            version: 1,
            termsHash: trade.termsHash,
            decision: 'approved',
            reasonCode: 'noObjection',
        };
        const body = verdictStatementCodec.toJson(statement);
        const [reviewer, metering] = [story().as('reviewer').ledger, story().as('metering').ledger];
        const signatures = [
            await metering.sign('commonwatt/verdict/1', 'supervision', body),
            await reviewer.sign('commonwatt/verdict/1', 'exchange', body),
            await reviewer.sign('commonwatt/standing-verdict/1', 'supervision', body),
        ];
        for (const { signature } of signatures) {
            const attempt = reviewer.submit(
                'supervision',
                'verdict:approve',
                () => decideCodec.encode({ statement, signature }),
                (answer) => answer,
            );
            await expectRefusal(attempt, 'invalid SIGNATURE_INVALID');
        }
    });

    it('is numbered where it stands for many: a replaced standing verdict cannot be brought back', async () => {
        const { verdicts, ledger } = story().as('reviewer');
        const { statement: ordinary } = (await story().reviewed()).standing.value;
        const first = await verdicts.standing({ ...ordinary, standingId: 'short-lived' });
        const second = await verdicts.standing({ ...ordinary, standingId: 'short-lived', status: 'revoked' });
        expect(second.value.statement.sequence).to.equal(2);
        const { statement, signature } = first.value;
        const replay = ledger.submit(
            'supervision',
            'verdict:standing',
            () => standingCodec.encode({ statement, signature }),
            (answer) => answer,
        );
        await expectRefusal(replay, 'conflict VERDICT_CONFLICT', { standingId: 'short-lived', sequence: 2 });
        const renewed = verdicts.standing({ ...ordinary, standingId: 'short-lived' });
        await expectRefusal(renewed, 'conflict VERDICT_CONFLICT', { standingId: 'short-lived' });
    });

    const reviewed = async (name: 'trade' | 'abusive' | 'rejected'): Promise<Reviewed> =>
        reviewedOf((await story().concluded())[name]);
});
