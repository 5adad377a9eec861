/** Called with each event while it happens. */
export type Progress = (text: string) => void;

/** Writes one line per event, with the seconds since the beginning. */
export function progressOn(stream: NodeJS.WritableStream): Progress {
  const beganAt = Date.now();
  return (text) => void stream.write(`${((Date.now() - beganAt) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}
