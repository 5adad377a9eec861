/** Told what happens, while it does. */
export type Progress = (text: string) => void;

/** A line each, with the seconds since the beginning. */
export function progressOn(stream: NodeJS.WritableStream): Progress {
  const beganAt = Date.now();
  return (text) => void stream.write(`${((Date.now() - beganAt) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}
