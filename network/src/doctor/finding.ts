export type Finding = Readonly<{
    check: string;
    state: 'ok' | 'warning' | 'error';
    finding: string;
    fix?: string;
}>;

export function fine(check: string, finding: string): Finding {
    return { check, state: 'ok', finding };
}

export function warning(check: string, finding: string, fix: string): Finding {
    return { check, state: 'warning', finding, fix };
}

export function failure(check: string, finding: string, fix: string): Finding {
    return { check, state: 'error', finding, fix };
}
