import type { Clock } from '../clock';

/**
 * Calls `act` at every multiple of a period since the epoch, as CloudWatch does, until the signal aborts. Periods that have passed,
 * for example while a laptop slept, are skipped.
 * @param options.delayMs delay of each call after the end of its period
 * @param act gets the number of the period that has just ended, and its end in ms since the epoch
 */
export async function onTheBeat(
  { clock, periodMs, delayMs, signal }: { clock: Clock; periodMs: number; delayMs: number; signal: AbortSignal },
  act: (beat: number, at: number) => void,
): Promise<void> {
  for (let beat = Math.floor(clock.now() / periodMs) + 1; ; beat = Math.max(beat + 1, Math.floor((clock.now() - delayMs) / periodMs))) {
    await clock.sleep(beat * periodMs + delayMs - clock.now(), signal);
    if (signal.aborted) return;
    act(beat, beat * periodMs);
  }
}
