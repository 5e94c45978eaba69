import type { Committed, Submission, Submitter } from '../submitter.js';

/** Stops a verb before it sends anything: what it would have sent. */
export class NotSent extends Error {
    readonly chaincode: string;
    /** As the stock `peer chaincode invoke -c` takes it. */
    readonly invocation: Readonly<{ function: string; Args: readonly [string] }>;

    constructor({ call }: Pick<Submission<unknown>, 'call'>) {
        super('the transaction was not sent');
        this.chaincode = call.chaincode;
        this.invocation = { function: call.verb, Args: [call.command] };
    }
}

/** Shows submissions instead of sending them. */
export class PreviewSubmitter implements Submitter {
    submit<Value>(submission: Submission<Value>): Promise<Committed<Value>> {
        return Promise.reject(new NotSent(submission));
    }
}
