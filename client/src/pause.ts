import { randomInt } from 'node:crypto';

const FIRST_PAUSE_MS = 40;
const PAUSE_MS_MAX = 1_000;

/** Doubles with each attempt, and differs between clients, so that those who collided do not collide again. */
export const pauseMs = (attempt: number): number =>
    Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10)) * (0.5 + randomInt(1_000) / 1_000);
