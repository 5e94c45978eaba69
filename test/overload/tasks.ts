/** What a process of this trial is told when it starts. */
export type Place = Readonly<{
    /** Connection profile of the organisation whose peer it asks first. */
    profile: string;
    /** Wallet of the identity that speaks. */
    wallet: string;
    identity: string;
    participantId: string;
}>;

/** A load of one client process. Payment ids begin with the task's name, so none is sent twice by intention. */
export type Task = Readonly<{
    name: string;
    /** How long new calls are begun. */
    lastsMs: number;
    /** What each call may take. */
    withinMs: number;
}> &
    (
        | Readonly<{ kind: 'closed'; inFlight: number }> // as many calls at a time: one ends, one begins
        | Readonly<{ kind: 'open'; perS: number }> // calls begin at a rate, however many are under way
    );

/** A call that was answered with a failure. */
export type Failure = Readonly<{ paymentId: string; code: string; afterMs: number; isEarly: boolean }>;

/** What came of a task: every call that was begun is in one of these. */
export type Outcome = Readonly<{ begun: number; acknowledged: readonly string[]; failures: readonly Failure[] }>;

/** What the follower has counted in blocks that arrived in a span of time. */
export type Span = Readonly<{ fromMs: number; untilMs: number }>;
export type FollowerQuestion = Readonly<{ spans: readonly Span[]; paymentIds: readonly string[] }>;
export type FollowerAnswer = Readonly<{
    /** Deposits that blocks of each span carried out. */
    counts: readonly number[];
    /** Of the ids asked for, those that no block carried out. */
    missing: readonly string[];
    /** Ids that blocks carried out more than once. */
    doubled: readonly string[];
}>;
