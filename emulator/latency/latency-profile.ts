import { randomLcg, randomLogNormal } from 'd3-random';
import { AWS_LATENCY, type LatencyFigure, type LatencyFigures, type LatencyOperation } from './aws-latency';

export interface LatencyProfile {
  /** `none`, `aws`, or the name of the file without its ending. */
  readonly name: string;
  /** Undefined for `none`. */
  readonly figures: LatencyFigures | undefined;
  /** Whether a function gets only the share of a core that its memory buys. */
  readonly cpuShare: boolean;
  /** The file as the user named it. The built-in profiles have none. */
  readonly file?: string;
}

export const NO_LATENCY: LatencyProfile = { name: 'none', figures: undefined, cpuShare: false };
export const AWS_PROFILE: LatencyProfile = { name: 'aws', figures: AWS_LATENCY, cpuShare: true };
/** The profiles that need no file. */
export const BUILT_IN_PROFILES: readonly LatencyProfile[] = [NO_LATENCY, AWS_PROFILE];

/** Draws the latency of the next call of an operation, in ms. */
export type Latency = (operation: LatencyOperation) => number;

/** 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408;

/** The parameters of the log-normal with this median and this 99th percentile. */
export function logNormalOf({ medianMs, p99Ms }: Pick<LatencyFigure, 'medianMs' | 'p99Ms'>): { mu: number; sigma: number } {
  return { mu: Math.log(medianMs), sigma: Math.log(p99Ms / medianMs) / Z99 };
}

/**
 * Draws from the figures of a profile; undefined for `none`. Each operation has its own random generator, so that its n-th call takes the same
 * time in every run with the same seed, independent of other operations.
 * @param seed any whole number
 */
export function latencyOf({ figures }: LatencyProfile, seed: number): Latency | undefined {
  if (!figures) return undefined;
  const operations = (Object.keys(AWS_LATENCY) as LatencyOperation[]).map((operation) => [operation, figures[operation]] as const);
  const samplers = new Map(
    operations.map(([operation, figure], index) => {
      const { mu, sigma } = logNormalOf(figure);
      return [operation, randomLogNormal.source(generator(seed, index))(mu, sigma)];
    }),
  );
  return (operation) => samplers.get(operation)?.() ?? 0;
}

/** A generator of numbers 0 ≤ x < 1. Generators with the same seed and different streams are independent. */
export function generator(seed: number, stream: number): () => number {
  const random = randomLcg(fraction(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)));
  // The first numbers of a linear congruential generator still resemble its seed.
  for (let i = 0; i < 10; i++) random();
  return random;
}

const fraction = (bits: number): number => (bits >>> 0) / 2 ** 32;
