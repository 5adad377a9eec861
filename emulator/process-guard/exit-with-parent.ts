const POLL_MS = 500;

/**
 * Calls `onOrphaned` once when the parent process has ended. `npm start` runs this process as a child of npm. If npm is
 * SIGKILLed, npm cannot notify its child; the only sign is that the kernel gives the child another parent. (The npm script uses
 * `exec`, so that no shell is in between.) The parent id is checked every 500 ms; the timer does not keep the process alive.
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
