import { randomExponential, randomLogNormal } from 'd3-random';
import { generator } from '../../emulator/latency/latency-profile';
import { LAB_MODES, type LabMode, type Phase } from '../plan/plan';
import { CAST, type CastTunnel } from '../world/cast';
import { streamPlan, type StreamPlan } from './stream-plan';

/** What the local service does with a request. `error`: answers with status 500. `hang-up`: cuts the connection. `silence`: nothing. */
export const MANNERS = ['answer', 'error', 'hang-up', 'silence'] as const;
export type Manner = (typeof MANNERS)[number];

/** One visitor of an open model: it comes when its time has come, whether earlier visitors have their answers or not. */
export interface Arrival {
  readonly index: number;
  readonly nonce: string;
  readonly tunnel: CastTunnel;
  /** Time after the previous arrival, as a multiple of the mean time between two arrivals. */
  readonly gap: number;
  /** Size of the request's body; 0 for a GET. */
  readonly uploadBytes: number;
  readonly downloadBytes: number;
  readonly serviceMs: number;
  readonly manner: Manner;
  /** The visitor goes away so long after its request, in ms; a patient visitor waits for its answer. */
  readonly leavesAfterMs?: number;
  /** Set for a visitor who comes through the streaming door. */
  readonly stream?: StreamPlan;
}

const POSTS = 0.4;
const LEAVERS = 0.01;
/** Share of the visitors who come through the streaming door. */
const STREAMS = 0.15;
const LONGEST_SERVICE_MS = 6000;

/** The visitors of a phase, in order. The n-th visitor is the same for the same seed, whichever visitor is the first. */
export function* arrivals(seed: number, { mode, first, requests }: Pick<Phase, 'mode' | 'first' | 'requests'>): Generator<Arrival> {
  for (const arrival of endless(seed, mode)) {
    if (arrival.index >= first + requests) return;
    if (arrival.index >= first) yield arrival;
  }
}

function* endless(seed: number, mode: LabMode): Generator<Arrival, never> {
  const random = generator(seed, 100 + LAB_MODES.indexOf(mode));
  const streamRandom = generator(seed, 300 + LAB_MODES.indexOf(mode));
  const gap = randomExponential.source(random)(1);
  const spread = randomLogNormal.source(random)(0, 0.8);
  const tunnels = CAST.flatMap((tunnel) => Array<CastTunnel>(tunnel.visitors).fill(tunnel));
  for (let index = 0; ; index++) {
    const tunnel = tunnels[Math.floor(random() * tunnels.length)] as CastTunnel;
    const posts = random() < POSTS;
    const leaves = random() < LEAVERS;
    const streams = streamRandom() < STREAMS;
    const stream = streamPlan(tunnel.streamBytes, streamRandom);
    yield {
      index,
      nonce: `${mode}-${index}-${tunnel.name}`,
      tunnel,
      gap: gap(),
      uploadBytes: posts ? size(tunnel.uploadBytes, random) : 0,
      downloadBytes: size(tunnel.downloadBytes, random),
      serviceMs: Math.min(tunnel.serviceMs * spread(), LONGEST_SERVICE_MS),
      manner: random() < tunnel.failing ? (MANNERS[1 + Math.floor(random() * 3)] as Manner) : 'answer',
      ...(leaves && { leavesAfterMs: Math.round(random() * 1000) }),
      ...(streams && { stream }),
    };
  }
}

/** Small sizes are more frequent than large ones, and the largest size occurs. At least 100 bytes, so that the body can name its request. */
const size = (largest: number, random: () => number): number => Math.max(100, Math.round(largest * random() ** 3));
