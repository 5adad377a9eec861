import { LIMIT } from '../contenders';
import { ratio, type ClaimVerdict } from '../verdicts';
import { defectsOf } from './events';
import { requestsOf, type ProfileResult, type StreamsResult } from './streams-bench';
import type { Memory, MemoryRuns } from './memory';

/**
 * By how much the memory of a process may grow during a stream, in MB. The tunnel keeps a window (`windowBytes`) and what one read brings, as
 * bytes and as base64; the rest is garbage that Node.js has not collected yet, which does not depend on the length of the stream.
 */
export const MEMORY_BOUND_MB = 64;

const growth = ({ before, peak }: Memory): number => peak - before;

/**
 * Targets of streams under one profile. Without latencies there are no targets of times: the times are then those of this machine's CPU, of which
 * the limit needs less because its agent is its own local service.
 */
export function profileTargets({ firstBytes, chunks, atOnce, latency }: ProfileResult): ClaimVerdict[] {
  const under = `under ${latency.name}`;
  const times = [
    ratio(
      `${under}: p50 of the time to the first byte, compared with that of a whole answer through the HTTP API:`,
      firstBytes.door.percentile(50),
      firstBytes.httpApi.percentile(50),
      1.15,
    ),
    ratio(
      `${under}: p50 of the added delay of a chunk, compared with the limit's:`,
      chunks.door.delays.percentile(50),
      chunks[LIMIT].delays.percentile(50),
      1.15,
    ),
  ];
  return [
    ...(latency.figures ? times : []),
    ...atOnce.map(({ streams, figures: { defects } }) => ({
      claim: `${under}: no event lost, out of order or doubled, ${streams} ${streams === 1 ? 'stream' : 'streams'} at once`,
      measured: `${defects.lost}, ${defects.reordered}, ${defects.doubled}`,
      holds: defectsOf(defects) === 0,
    })),
  ];
}

/** Targets of the memory of agent and waiter. Without /proc there are no figures, and so no verdicts. */
export function memoryTargets({ download, downloadBytes, slow }: MemoryRuns): ClaimVerdict[] {
  const of = (what: string, memory: Memory): ClaimVerdict => ({
    claim: `memory of the ${what} grows by ≤ ${MEMORY_BOUND_MB} MB`,
    measured: `${growth(memory).toFixed(1)} MB`,
    holds: growth(memory) <= MEMORY_BOUND_MB,
  });
  if (download.agent.before === 0) return [];
  const size = `a download of ${downloadBytes / 1e6} MB`;
  return [
    of(`agent during ${size}`, download.agent),
    of(`waiter during ${size}`, download.waiter),
    of('agent with a slow visitor', slow.agent),
    of('waiter with a slow visitor', slow.waiter),
  ];
}

export function streamTargets(result: StreamsResult): ClaimVerdict[] {
  const { errors, requests } = requestsOf(result);
  return [
    ...result.profiles.flatMap(profileTargets),
    ...result.profiles.flatMap(({ memory }) => (memory ? memoryTargets(memory) : [])),
    { claim: 'no stream or answer failed', measured: `${errors} of ${requests}`, holds: errors === 0 },
  ];
}
