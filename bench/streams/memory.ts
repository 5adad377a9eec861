import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb } from '../processes/memory';
import { bytesPath, type StreamService } from './stream-service';
import { isWhole, type StreamVisitor } from './stream-visitor';
import type { StreamWorld } from './world';

const LOOK_MS = 50;
/** How long processes rest before their memory is read, in ms. */
const REST_MS = 500;
const SLOW_BYTES_PER_SECOND = 1000;
/** A first stream of this size gives both processes what every stream needs: code, sockets, a heap that has been used. */
const WARM_BYTES = 2e6;

/** Resident memory of one process, in MB. */
export interface Memory {
  readonly before: number;
  readonly peak: number;
}

export interface MemoryFigures {
  readonly agent: Memory;
  readonly waiter: Memory;
}

export interface MemoryRuns {
  /** During a download as fast as it goes. */
  readonly download: MemoryFigures;
  readonly downloadBytes: number;
  /** While a visitor reads 1 KB a second of a service that sends as fast as it can. */
  readonly slow: MemoryFigures;
  readonly slowBytes: number;
  readonly failed: number;
}

/** Reads the memory of agent and waiter during two streams. There must be one waiter. */
export async function memoryRuns(
  world: StreamWorld,
  visitor: StreamVisitor,
  service: StreamService,
  { downloadBytes, slowSeconds }: { readonly downloadBytes: number; readonly slowSeconds: number },
): Promise<MemoryRuns> {
  const url = (bytes: number): string => `${world.door}${bytesPath({ bytes })}`;
  await visitor.read(url(WARM_BYTES), world.signal);
  const download = await during(world, () => visitor.read(url(downloadBytes), world.signal));
  const slow = await during(world, () => visitor.readSlowly(url(downloadBytes), SLOW_BYTES_PER_SECOND, slowSeconds, world.signal));
  // The function runs on after its visitor has left, as on AWS, until the service ends the answer.
  service.cut();
  await world.settle();
  const failed = Number(!isWhole(download.result) || download.result.bytes !== downloadBytes);
  return { download: download.memory, downloadBytes, slow: slow.memory, slowBytes: slow.result, failed };
}

async function during<T>(world: StreamWorld, run: () => Promise<T>): Promise<{ readonly result: T; readonly memory: MemoryFigures }> {
  await world.settle();
  await sleep(REST_MS);
  const [waiter] = world.waiters;
  const pids = { agent: world.agentPid, waiter: waiter?.pid ?? 0 };
  const before = { agent: residentMb(pids.agent), waiter: residentMb(pids.waiter) };
  const peak = { ...before };
  const looking = setInterval(() => {
    peak.agent = Math.max(peak.agent, residentMb(pids.agent));
    peak.waiter = Math.max(peak.waiter, residentMb(pids.waiter));
  }, LOOK_MS);
  try {
    const result = await run();
    const memory = { agent: { before: before.agent, peak: peak.agent }, waiter: { before: before.waiter, peak: peak.waiter } };
    return { result, memory };
  } finally {
    clearInterval(looking);
  }
}
