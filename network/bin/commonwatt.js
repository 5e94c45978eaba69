#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A reader that has seen enough, such as `head`, closes the pipe; that is no failure.
process.stdout.on('error', (error) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
    const { run } = await import(main.href);
    await run(process.argv);
    // A peer that hangs keeps its connection half open for minutes; the command is done, and says so by ending.
    setTimeout(() => process.exit(), 1_000).unref();
} else {
    console.error('Commonwatt is not built yet: run `npm run build` in the project folder.');
    process.exitCode = 1;
}
