import os from 'node:os';

/** When, for how long and on which machine a report was made. */
export function madeOn({ startedAt, seconds }: { readonly startedAt: Date; readonly seconds: number }): string {
  const day = startedAt.toISOString().slice(0, 10);
  const machine = `${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'})`;
  return `Made on ${day} in ${Math.round(seconds / 60)} minutes on ${machine}, Node ${process.versions.node}.`;
}
