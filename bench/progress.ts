export interface BenchProgress {
  /** Reports the stage that begins now. */
  stage(text: string): void;
  /** @param done 0 to 1 */
  share(done: number): void;
}

/** Prints progress: a line that grows on a terminal, elsewhere a new line after each tenth. */
export function progressOn(stream: NodeJS.WriteStream): BenchProgress {
  const beganAt = Date.now();
  let saidTenths = 0;
  const elapsed = (): string => `${((Date.now() - beganAt) / 1000).toFixed(0).padStart(4)} s`;
  return {
    stage: (text) => void stream.write(`${elapsed()}  ${text}\n`),
    share: (done) => {
      const tenths = Math.floor(done * 10);
      if (stream.isTTY) stream.write(`\r${elapsed()}  ${(done * 100).toFixed(0)} % measured${done >= 1 ? '\n' : ''}`);
      else if (tenths > saidTenths) stream.write(`${elapsed()}  ${tenths * 10} % measured\n`);
      saidTenths = tenths;
    },
  };
}
