import { planLoad, type PlannedRequest } from '../load';

const KB = 1024;
const MB = 1024 * KB;

export const SIZES = { '1 KB': KB, '30 KB': 30 * KB, '300 KB': 300 * KB, '4 MB': 4 * MB } as const;
export type SizeName = keyof typeof SIZES;

/** Which body has the size: the request's or the answer's. */
export const DIRECTIONS = ['upload', 'download'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface Case {
  readonly size: SizeName;
  readonly direction: Direction;
}

export const CASES: readonly Case[] = (Object.keys(SIZES) as SizeName[]).flatMap((size) =>
  DIRECTIONS.map((direction) => ({ size, direction })),
);

/** Most bytes per second of all arrivals. With more, the bench would measure the two cores of a small machine. */
const BYTES_PER_SECOND = 4 * MB;
/** Size of the other body, in bytes. */
const SMALL = 1 * KB;
const AGENT_MEDIAN_MS = 50;
const AGENT_SIGMA = 0.3;

/** Poisson arrivals of one case; they are the same for every contender. */
export function planCase(
  { size, direction }: Case,
  { seed, requests, rate }: { seed: number; requests: number; rate: number },
): PlannedRequest[] {
  const bytes = SIZES[size];
  const load = { seed, requests, block: requests, rate: rateOf(bytes, rate), agentMedian: AGENT_MEDIAN_MS, agentSigma: AGENT_SIGMA };
  const sizes = direction === 'upload' ? { upload: bytes, download: SMALL } : { download: bytes };
  const first = CASES.findIndex((each) => each.size === size && each.direction === direction) * requests;
  return planLoad(load)
    .flat()
    .map((request) => ({ ...request, ...sizes, index: first + request.index }));
}

/** Arrivals a second. */
export const rateOf = (bytes: number, rate: number): number => Math.min(rate, BYTES_PER_SECOND / bytes);
