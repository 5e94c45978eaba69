import {
    callWithin,
    CommitFailedError,
    ConflictError,
    DisagreementError,
    ForbiddenError,
    OutcomeUnknownError,
    type Receipt,
    type Submission,
    type Transport,
    UnavailableError,
} from '@commonwatt/client';
import { Endorsers } from '@commonwatt/client/endorsers';
import { RetryingSubmitter } from '@commonwatt/client/submitter';
import { expect } from 'chai';
import { stub, type SinonStub } from 'sinon';
import { rejectionOf } from './rejection.js';

const MSP_IDS = ['CommunityMSP', 'OperatorMSP', 'SupplierMSP', 'RegulatorMSP'];
const INVOCATION = { chaincode: 'exchange', verb: 'account:deposit', command: '{}' };
const receipt = (validationCode: string): Receipt => ({
    payload: '7',
    transactionId: 'tx-1',
    blockNumber: 12,
    endorsementMs: 3,
    validationCode,
});
const unknown = (): OutcomeUnknownError => new OutcomeUnknownError({ code: 'OUTCOME_UNKNOWN', transactionId: 'tx-1' });

/** A submitter that does not wait, over a transport of which only `submit` is answered. */
function submitterOver(submit: SinonStub): RetryingSubmitter {
    const transport = { submit } as unknown as Transport;
    const endorsers = new Endorsers(MSP_IDS, () => Promise.resolve('RegulatorMSP'));
    return new RetryingSubmitter(transport, endorsers, () => Promise.resolve());
}

/** A command whose caller waits as long as is said: pauses between attempts take no time here. */
function submission(resolve?: () => Promise<number | null>, withinMs?: number): Submission<number> {
    const call = callWithin(INVOCATION, withinMs);
    return { role: 'exchange', call, decode: Number, ...(resolve === undefined ? {} : { resolve }) };
}

describe('submission', () => {
    it('returns value, transaction and block of a valid transaction', async () => {
        const submit = stub().resolves(receipt('VALID'));
        const done = await submitterOver(submit).submit(submission());
        expect(done).to.deep.equal({ value: 7, transactionId: 'tx-1', blockNumber: 12 });
        expect(submit.callCount).to.equal(1);
    });

    it('is tried again after read conflicts and disagreement until the time of its caller is over', async () => {
        const submit = stub();
        submit.onCall(0).resolves(receipt('MVCC_READ_CONFLICT'));
        submit.onCall(1).resolves(receipt('PHANTOM_READ_CONFLICT'));
        submit.onCall(2).rejects(new DisagreementError(['OperatorMSP'], null));
        submit.onCall(3).resolves(receipt('VALID'));
        expect((await submitterOver(submit).submit(submission())).value).to.equal(7);
        expect(submit.callCount).to.equal(4);

        const hopeless = stub().resolves(receipt('MVCC_READ_CONFLICT'));
        const error = await rejectionOf(submitterOver(hopeless).submit(submission(undefined, 300)));
        expect(error).to.be.instanceOf(CommitFailedError);
        expect(error.operands).to.deep.equal({ validationCode: 'MVCC_READ_CONFLICT' });
        expect(hopeless.callCount).to.be.at.least(3);
    });

    it('is given up at its deadline and no earlier, however long the next pause would be', async () => {
        const transport = { submit: stub().resolves(receipt('MVCC_READ_CONFLICT')) } as unknown as Transport;
        const endorsers = new Endorsers(MSP_IDS, () => Promise.resolve('RegulatorMSP'));
        const patient = new RetryingSubmitter(transport, endorsers);
        const begunMs = Date.now();
        expect(await rejectionOf(patient.submit(submission(undefined, 700)))).to.be.instanceOf(CommitFailedError);
        expect(Date.now() - begunMs).to.be.at.least(700);
    });

    it('is not tried again after a refusal or another validation code', async () => {
        const refused = stub().rejects(new ForbiddenError({ code: 'CALLER_NOT_SEATED' }));
        expect((await rejectionOf(submitterOver(refused).submit(submission()))).code).to.equal('CALLER_NOT_SEATED');
        expect(refused.callCount).to.equal(1);

        const invalid = stub().resolves(receipt('BAD_RWSET'));
        expect(await rejectionOf(submitterOver(invalid).submit(submission()))).to.be.instanceOf(CommitFailedError);
        expect(invalid.callCount).to.equal(1);
    });

    it('tells the refusal when one endorser goes on refusing and nobody can take its place', async () => {
        const refusal = new ConflictError({ code: 'SLOT_BEGUN' });
        const submit = stub().rejects(new DisagreementError(['OperatorMSP', 'SupplierMSP'], refusal));
        expect(await rejectionOf(submitterOver(submit).submit(submission()))).to.equal(refusal);
    });

    it('leaves out a single endorser that refuses what the others endorse', async () => {
        const refusal = new ConflictError({ code: 'SLOT_BEGUN' });
        const submit = stub().callsFake((_: unknown, endorsers: readonly string[]) =>
            endorsers.includes('OperatorMSP')
                ? Promise.reject(new DisagreementError(['OperatorMSP'], refusal))
                : Promise.resolve(receipt('VALID')),
        );
        expect((await submitterOver(submit).submit(submission())).blockNumber).to.equal(12);
    });

    it('waits for peers that are busy, and names nobody else in their place', async () => {
        const busy = new UnavailableError({ code: 'PEER_BUSY', operands: { organizations: ['OperatorMSP'] } });
        const submit = stub();
        for (let attempt = 0; attempt < 20; attempt += 1) {
            submit.onCall(attempt).rejects(busy);
        }
        submit.resolves(receipt('VALID'));
        expect((await submitterOver(submit).submit(submission())).value).to.equal(7);
        for (const call of submit.getCalls()) {
            expect(call.args[1]).to.include('OperatorMSP');
        }
    });

    it('tells at its deadline who was away, although it waited in line at last', async () => {
        const away = new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations: MSP_IDS } });
        const submit = stub();
        submit.onCall(0).rejects(away);
        submit.rejects(new UnavailableError({ code: 'PEER_BUSY', operands: { organizations: MSP_IDS } }));
        const error = await rejectionOf(submitterOver(submit).submit(submission(undefined, 200)));
        expect(error.code).to.equal('PEER_UNAVAILABLE');
    });

    it('names other organisations when one is away', async () => {
        const away = new UnavailableError({ code: 'PEER_UNAVAILABLE', operands: { organizations: ['OperatorMSP'] } });
        const submit = stub();
        submit.onCall(0).rejects(away);
        submit.onCall(1).resolves(receipt('VALID'));
        await submitterOver(submit).submit(submission());
        expect(submit.firstCall.args[1]).to.include('OperatorMSP');
        expect(submit.secondCall.args[1]).to.have.length(3).and.not.include('OperatorMSP');
    });
});

describe('an unknown outcome', () => {
    it('is resolved by the record', async () => {
        const submit = stub().rejects(unknown());
        const done = await submitterOver(submit).submit(submission(() => Promise.resolve(5)));
        expect(done).to.deep.equal({ value: 5, transactionId: 'tx-1', blockNumber: null });
        expect(submit.callCount).to.equal(1);
    });

    it('is sent again when the record is not there, and told when that is unknown too', async () => {
        const submit = stub();
        submit.onCall(0).rejects(unknown());
        submit.onCall(1).resolves(receipt('VALID'));
        expect((await submitterOver(submit).submit(submission(() => Promise.resolve(null)))).blockNumber).to.equal(12);

        const silent = stub().rejects(unknown());
        const never = submission(() => Promise.resolve(null), 300);
        const error = await rejectionOf(submitterOver(silent).submit(never));
        expect(error).to.be.instanceOf(OutcomeUnknownError);
        expect(silent.callCount).to.be.at.least(2);
    });

    it('is told at once for a command that may not be sent twice', async () => {
        const submit = stub().rejects(unknown());
        const error = await rejectionOf(submitterOver(submit).submit(submission()));
        expect(error.transactionId).to.equal('tx-1');
        expect(submit.callCount).to.equal(1);
    });

    it('may show as a conflict with the own earlier transaction', async () => {
        const submit = stub();
        submit.onCall(0).rejects(unknown());
        submit.onCall(1).rejects(new ConflictError({ code: 'AGREEMENT_STATE', transactionId: 'tx-2' }));
        const resolve = stub();
        resolve.onCall(0).resolves(null);
        resolve.onCall(1).resolves(9);
        expect((await submitterOver(submit).submit(submission(resolve))).value).to.equal(9);
    });

    it('of a lost race to create a record is read once, and never sent again', async () => {
        const submit = stub().resolves(receipt('ENDORSEMENT_POLICY_FAILURE'));
        const won = await submitterOver(submit).submit(submission(() => Promise.resolve(3)));
        expect(won.value).to.equal(3);
        const error = await rejectionOf(submitterOver(submit).submit(submission(() => Promise.resolve(null))));
        expect(error.operands).to.deep.equal({ validationCode: 'ENDORSEMENT_POLICY_FAILURE' });
        expect(submit.callCount).to.equal(2);
    });
});
