import type { Clock } from '../clock';

/**
 * Does something at every multiple of a period since the epoch, as CloudWatch keeps time, until the signal comes. What was missed,
 * while a laptop slept, is not made up for.
 * @param options.delayMs how long after it
 * @param act given the number of the period that has just ended, and when it did
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
