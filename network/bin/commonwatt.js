#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(main)) {
    const { run } = await import(main.href);
    await run(process.argv);
} else {
    console.error('Commonwatt is not built yet: run `npm run build` in the project folder.');
    process.exitCode = 1;
}
