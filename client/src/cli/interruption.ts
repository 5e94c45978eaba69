/** Aborts when the user interrupts, so that a verb that runs on ends in order. */
export function interruption(): AbortController {
    const controller = new AbortController();
    const abort = (): void => {
        controller.abort();
    };
    process.once('SIGINT', abort);
    process.once('SIGTERM', abort);
    return controller;
}
