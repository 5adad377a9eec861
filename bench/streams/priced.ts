import type { Usage } from '../usage';
import { EVENT_BYTES, eventsIn, MB, TOKEN_BYTES, type StreamsPlan } from './plan';
import { streamCostOf, type StreamCost } from './stream-cost';
import type { ProfileResult } from './streams-bench';

/** A kind of stream, what it costs, and of what it was made up. */
export interface PricedCase {
  readonly name: string;
  /** What was metered, where that is not the whole. */
  readonly metered?: string;
  readonly cost: StreamCost;
  /** Messages of the agent and posts of functions for one stream, in units of 32 KB. */
  readonly messages: number;
  readonly posts: number;
}

const CHUNKS = 1000;
const TOKENS = 1000;
const IDLE_SECONDS = 60;
const DOWNLOAD_BYTES = 100 * MB;

/** The streams of which the price is asked, each scaled from what was metered. */
export function pricedCases(
  { atOnce, tokens, idle, unpaced }: Pick<ProfileResult, 'atOnce' | 'tokens' | 'idle' | 'unpaced'>,
  plan: StreamsPlan,
): PricedCase[] {
  const priced = (name: string, usage: Usage, scale: number, bytes: number, metered: string): PricedCase => ({
    name,
    ...(scale !== 1 && { metered }),
    cost: streamCostOf({ usage, scale, bytes }),
    messages: (usage.webSocketMessages - usage.posts) * scale,
    posts: usage.posts * scale,
  });
  // One stream whose events come further apart than bytes are gathered: each is a chunk.
  const one = atOnce.filter(({ streams }) => streams === 1);
  const chunks = eventsIn(plan.atOnceSeconds);
  return [
    ...one.map(({ usage }) => priced('1,000 chunks, 20 a second', usage, CHUNKS / chunks, CHUNKS * EVENT_BYTES, `${chunks} chunks`)),
    priced('1,000 tokens, 50 a second', tokens.usage, TOKENS / plan.tokens, TOKENS * TOKEN_BYTES, `${plan.tokens} tokens`),
    priced('a minute of silence', idle.usage, IDLE_SECONDS / plan.idleSeconds, EVENT_BYTES, `${plan.idleSeconds} s`),
    priced('100 MB', unpaced.usage, DOWNLOAD_BYTES / plan.bodyBytes, DOWNLOAD_BYTES, `${plan.bodyBytes / MB} MB`),
  ];
}
