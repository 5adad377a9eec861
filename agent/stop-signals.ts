/**
 * One Ctrl-C can come twice, from the terminal and from npm, which forwards it: a second signal within this time, in ms,
 * is the same one.
 */
const SAME_SIGNAL_MS = 300;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Calls `onStop` at the first SIGINT or SIGTERM; a second signal does not wait for what that began, and ends the process. */
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
