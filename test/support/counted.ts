/** Tells below a test's title how many of something were tried; long runs sum what is told (test/soak). */
export function counted(count: number, what: string): void {
    process.stdout.write(`      ${String(count)} ${what}\n`);
}
