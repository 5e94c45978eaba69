export type FailureDetails = Readonly<{
    /** The process, file or port concerned. */
    subject: string;
    /** What to do next. */
    remedy: string;
    /** The last lines of the process's own log. */
    logExcerpt?: string;
    cause?: unknown;
}>;

/** A failure that a person has to do something about: it names its subject and the remedy. */
export class NetworkError extends Error {
    readonly subject: string;
    readonly remedy: string;
    readonly logExcerpt: string | undefined;

    constructor(message: string, details: FailureDetails) {
        super(message, { cause: details.cause });
        this.name = 'NetworkError';
        this.subject = details.subject;
        this.remedy = details.remedy;
        this.logExcerpt = details.logExcerpt;
    }
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
