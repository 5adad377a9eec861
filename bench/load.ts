import { randomExponential, randomLogNormal } from 'd3-random';
import { generator } from '../emulator/latency/latency-profile';

/** One planned request of an open model: a visitor comes at its time, whether earlier requests have been answered or not. */
export interface PlannedRequest {
  readonly index: number;
  /** Time after the beginning of the block, in ms. */
  readonly atMs: number;
  /** Time that the agent's local service will take, in ms. */
  readonly agentMs: number;
  /** Size of the request's body in bytes; if omitted, the request has no body. */
  readonly upload?: number;
  /** Size of the answer's body in bytes; if omitted, the run's size. */
  readonly download?: number;
}

export interface LoadPlan {
  readonly seed: number;
  /** Measured requests of each contender. */
  readonly requests: number;
  /** Requests of one block; contenders take turns block by block. */
  readonly block: number;
  /** Arrivals a second. */
  readonly rate: number;
  /** The agent's time: log-normal, in ms. */
  readonly agentMedian: number;
  readonly agentSigma: number;
}

/** An agent that takes longer would be cut off by its own time-out; in ms. */
const LONGEST_AGENT_MS = 20_000;

/** Blocks of Poisson arrivals; the same plan for the same seed, so that every contender gets the same requests. */
export function planLoad({ seed, requests, block, rate, agentMedian, agentSigma }: LoadPlan): PlannedRequest[][] {
  const gapMs = randomExponential.source(generator(seed, 1000))(rate / 1000);
  const agentMs = randomLogNormal.source(generator(seed, 1001))(Math.log(agentMedian), agentSigma);
  const blocks: PlannedRequest[][] = [];
  let atMs = 0;
  for (let index = 0; index < requests; index++) {
    if (index % block === 0) {
      blocks.push([]);
      atMs = 0;
    } else atMs += gapMs();
    blocks.at(-1)?.push({ index, atMs, agentMs: Math.min(agentMs(), LONGEST_AGENT_MS) });
  }
  return blocks;
}
