import { EFFORT, UNTIL_MS } from './property.js';

/**
 * Tells below a test's title how many of something were tried; long runs sum what is told (test/soak).
 * @param planned how many in the full size, where a run may end before
 */
export function counted(count: number, what: string, planned = count): void {
    process.stdout.write(`      ${count < planned ? `${count} of ${planned}` : count} ${what}\n`);
}

/**
 * Plays rounds that each try as many, and counts them: as many rounds as the effort says, fewer when the time of a long
 * run is over; one at least.
 */
export async function countedInRounds(what: string, play: () => Promise<number>): Promise<void> {
    let tried = 0;
    let rounds = 0;
    do {
        tried += await play();
        rounds += 1;
    } while (rounds < EFFORT && Date.now() < UNTIL_MS);
    counted(tried, what, (tried / rounds) * EFFORT);
}
