/** Key of the item in the tunnels table that belongs to the environment as a whole. No tunnel can have this name. */
export const ENVIRONMENT_ID = '#environment';

/**
 * Whether a probe that is sent now must return, so that the alarm `probe-missing` judges it. In a new environment probes may be lost
 * although nothing is broken, because a new event source mapping may take minutes until it reads the stream.
 * @param firstStartAt when sweep ran for the first time in this environment; times in ms since the epoch
 */
export const mustReturn = (now: number, firstStartAt: number, graceMs: number): boolean => now - firstStartAt >= graceMs;
