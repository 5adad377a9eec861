const POLL_MS = 500;

/**
 * Calls `onOrphaned` once when the parent process has gone. `npm start` runs us below npm; when npm is SIGKILLed it cannot
 * tell us, the kernel gives us another parent, and that is the only sign (npm's script starts us by `exec`, so that no shell
 * stands in between). Looked at every 500 ms; the watch keeps no process alive.
 * @returns a function that ends the watch
 */
export function exitWithParent(onOrphaned: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onOrphaned();
  }, POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
