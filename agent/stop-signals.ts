/**
 * One Ctrl-C can arrive twice: from the terminal, and from npm, which forwards the signal. A second signal within this time, in ms, is
 * ignored.
 */
const SAME_SIGNAL_MS = 300;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Calls `onStop` at the first SIGINT or SIGTERM. A second signal ends the process at once. */
export function onStopSignal(onStop: () => void): void {
  let firstAt: number | undefined;
  const hear = (signal: keyof typeof EXIT_CODES): void => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      onStop();
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
}
