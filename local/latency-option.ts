import { InvalidArgumentError, Option } from 'commander';
import type { LatencyProfile } from '../emulator/latency/latency-profile';
import { LatencyProfileError, readLatencyProfile } from '../emulator/latency/read-latency-profile';

/** The option `--latency` of every program that runs the local cloud. */
export const latencyOption = (description: string, byDefault: LatencyProfile): Option =>
  new Option('--latency <profile>', `${description}: none, aws, or a file that npm run probe has written`)
    .default(byDefault, byDefault.name)
    .argParser(latencyProfile);

/** Parses the value of `--latency`. */
export function latencyProfile(text: string): LatencyProfile {
  try {
    return readLatencyProfile(text);
  } catch (error) {
    if (error instanceof LatencyProfileError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
