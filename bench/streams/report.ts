import { markdownTable } from '../../cli/text-table';
import { environments } from '../../environments';
import { LIMIT } from '../contenders';
import { PRICES_AS_OF } from '../prices';
import type { TimeHistogram } from '../histogram';
import { latencyCaveat } from '../report/latency-words';
import { madeOn } from '../report/made-on';
import { verdictTable, type Table } from '../report/tables';
import { defectsOf, type EventFigures } from './events';
import type { Throughput } from './measure';
import type { Memory, MemoryRuns } from './memory';
import type { StreamsOptions } from './options';
import { EVENT_BYTES, FIRST_BYTES, MB, TOKEN_BYTES } from './plan';
import { pricedCases } from './priced';
import { streamCostOf, STREAM_PARTS, streamTotal, wholeAnswerCost } from './stream-cost';
import { WAYS, type ProfileResult, type StreamsResult } from './streams-bench';
import { MEMORY_BOUND_MB, streamTargets } from './verdicts';

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const middleAndTail = (times: TimeHistogram): string[] => [ms(times.percentile(50)), ms(times.percentile(99))];
const rate = (perSecond: number | undefined): string =>
  perSecond === undefined ? '-' : `${(perSecond / 1e3).toFixed(perSecond < 1e4 ? 2 : 0)}`;
const usd = (value: number): string => value.toFixed(value < 0.1 ? 4 : 3);

/** Tables of one profile, and the verdicts at the end. */
export function streamsTables(result: StreamsResult): Table[] {
  const { profiles, options } = result;
  return [
    ...profiles.flatMap((profile) => profileTables(profile, options)),
    ...profiles.flatMap(({ memory, latency }) => (memory ? [memoryTable(memory, latency.name)] : [])),
    verdictTable('Targets of streams', streamTargets(result)),
  ];
}

function profileTables(profile: ProfileResult, { plan, streams }: StreamsOptions): Table[] {
  const { latency, firstBytes, chunks, atOnce } = profile;
  const under = `under ${latency.name}`;
  return [
    {
      title: `First byte of a stream, and a whole answer of ${FIRST_BYTES} bytes, in ms, ${under}`,
      header: ['', 'p50', 'p99', 'answers', 'failed'],
      rows: [
        ['streaming door, first byte', ...middleAndTail(firstBytes.door), String(firstBytes.door.count), String(firstBytes.failed)],
        ['HTTP API, whole answer', ...middleAndTail(firstBytes.httpApi), String(firstBytes.httpApi.count), ''],
      ],
    },
    {
      title: `Added delay of each event, and gaps between reads, of one stream with 20 events a second, in ms, ${under}`,
      header: ['', 'delay p50', 'p99', 'gap p50', 'p99', 'events', 'lost', 'reordered', 'doubled'],
      rows: WAYS.map((way) => [wayNames[way], ...eventCells(chunks[way])]),
      note: 'A delay is the time from the write of the service to the read of the visitor, both in one process with one clock.',
    },
    throughputTable(profile, under),
    {
      title: `Streams at once, 20 events a second each for ${plan.atOnceSeconds} s, in ms, ${under}`,
      header: ['', 'delay p50', 'p99', 'gap p50', 'p99', 'events', 'lost', 'reordered', 'doubled'],
      rows: atOnce.map(({ streams: count, figures }) => [String(count), ...eventCells(figures)]),
      note: 'All services, functions, the agent and the visitors share the cores of one machine: with many streams, the delay is mostly that of this machine.',
    },
    costTable(profile, plan, under),
    ...(profile.gathers.length > 0 ? [gatherTable(profile, { plan, streams }, under)] : []),
  ];
}

const wayNames = { door: 'streaming door', [LIMIT]: 'the limit: one post a chunk', proxy: 'a plain proxy on this machine' } as const;

function eventCells({ delays, gaps, events, defects: { lost, reordered, doubled } }: EventFigures): string[] {
  return [...middleAndTail(delays), ...middleAndTail(gaps), ...[events, lost, reordered, doubled].map(String)];
}

function throughputTable({ paced, unpaced }: ProfileResult, under: string): Table {
  const row = (name: string, { perSecond, firstPerSecond, laterPerSecond, bytes, failed }: Throughput): string[] => [
    name,
    rate(perSecond),
    rate(firstPerSecond),
    rate(laterPerSecond),
    (bytes / MB).toFixed(bytes < MB ? 3 : 1),
    String(failed),
  ];
  return {
    title: `Throughput of one stream, in KB a second that the visitor gets, ${under}`,
    header: ['the service sends', 'all', 'the first 6 MB', 'after them', 'MB', 'failed'],
    rows: [...Object.entries(paced).map(([name, each]) => row(name, each)), row('as much as goes', unpaced)],
    note: 'Lambda streams the first 6 MB of a response as fast as it can, and the rest with 2 MB a second.',
  };
}

function costTable(profile: ProfileResult, plan: StreamsOptions['plan'], under: string): Table {
  const cases = pricedCases(profile, plan);
  const whole = wholeAnswerCost(profile.firstBytes.httpUsage);
  const scaled = cases.flatMap(({ name, metered }) => (metered === undefined ? [] : [`"${name}" from ${metered}`]));
  return {
    title: `Dollars for a thousand streams, ${under}`,
    header: ['', ...STREAM_PARTS, 'together', 'messages each', 'posts each'],
    rows: [
      ...cases.map(({ name, cost, messages, posts }) => [
        name,
        ...STREAM_PARTS.map((part) => usd(cost[part])),
        usd(streamTotal(cost)),
        messages.toFixed(0),
        posts.toFixed(0),
      ]),
      ['a whole answer through the HTTP API', ...STREAM_PARTS.map(() => ''), usd(whole), '', ''],
    ],
    note: `Counted by the local cloud, not computed: messages, posts, invocations and their durations, reads and writes.${
      scaled.length > 0 ? ` Scaled: ${scaled.join(', ')}.` : ''
    } An event has ${EVENT_BYTES} bytes, a token ${TOKEN_BYTES}. Data transfer to the internet is not included.`,
  };
}

function gatherTable({ gathers }: ProfileResult, { plan, streams }: Pick<StreamsOptions, 'plan' | 'streams'>, under: string): Table {
  const scale = 1000 / plan.gatherTokens;
  const set = streams.gatherMs ?? environments.local.streams.gatherMs;
  return {
    title: `A token stream with other values of gatherMs, ${under}`,
    header: ['gatherMs', "agent's messages", '$ for a thousand', 'delay p50, ms', 'p99', 'gap p50, ms', 'p99'],
    rows: gathers.map(({ gatherMs, figures, usage }) => [
      gatherMs === set ? `${gatherMs} (set)` : String(gatherMs),
      ((usage.webSocketMessages - usage.posts) * scale).toFixed(0),
      usd(streamTotal(streamCostOf({ usage, scale, bytes: TOKEN_BYTES * 1000 }))),
      ...middleAndTail(figures.delays),
      ...middleAndTail(figures.gaps),
    ]),
    note: `${plan.gatherTokens} tokens at 50 a second in each row; messages and dollars are scaled to 1,000 tokens.`,
  };
}

function memoryTable({ download, slow, downloadBytes, slowBytes }: MemoryRuns, under: string): Table {
  const row = (name: string, { before, peak }: Memory): string[] => [name, before.toFixed(0), peak.toFixed(0), (peak - before).toFixed(1)];
  return {
    title: `Resident memory of agent and waiter, in MB, under ${under}`,
    header: ['', 'before', 'peak', 'grew by'],
    rows: [
      row(`agent, download of ${downloadBytes / MB} MB`, download.agent),
      row(`waiter, download of ${downloadBytes / MB} MB`, download.waiter),
      row('agent, slow visitor', slow.agent),
      row('waiter, slow visitor', slow.waiter),
    ],
    note: `The slow visitor reads 1 KB a second of a service that sends as fast as it can; it read ${slowBytes} bytes. The bound is ${MEMORY_BOUND_MB} MB: the window, twice (bytes and base64), and what Node.js has not collected yet.`,
  };
}

/** Every figure as numbers; times in ms, rates in bytes a second, dollars for a thousand streams. */
export function streamsJson(result: StreamsResult): object {
  const { options, startedAt, seconds, profiles } = result;
  const { plan, seed, streams } = options;
  return {
    seed,
    plan,
    streams: { ...environments.local.streams, ...streams },
    startedAt: startedAt.toISOString(),
    seconds,
    profiles: profiles.map((profile) => ({
      profile: profile.latency.name,
      firstByteMs: profile.firstBytes.door.summary(),
      httpApiMs: profile.firstBytes.httpApi.summary(),
      chunks: Object.fromEntries(WAYS.map((way) => [way, eventsJson(profile.chunks[way])])),
      throughput: Object.fromEntries(
        [...Object.entries(profile.paced), ['unpaced', profile.unpaced] as const].map(([name, { usage: _, ...figures }]) => [
          name,
          figures,
        ]),
      ),
      atOnce: profile.atOnce.map(({ streams: count, figures }) => ({ streams: count, ...eventsJson(figures) })),
      usdPerThousand: Object.fromEntries(
        pricedCases(profile, plan).map(({ name, cost, messages, posts }) => [
          name,
          { ...cost, together: streamTotal(cost), messages, posts },
        ]),
      ),
      httpApiUsdPerThousand: wholeAnswerCost(profile.firstBytes.httpUsage),
      gathers: profile.gathers.map(({ gatherMs, figures, usage }) => ({
        gatherMs,
        ...eventsJson(figures),
        usdPerThousand: streamTotal(streamCostOf({ usage, scale: 1000 / plan.gatherTokens, bytes: TOKEN_BYTES * 1000 })),
      })),
      memoryMb: profile.memory ?? null,
    })),
    targets: streamTargets(result),
  };
}

const eventsJson = (figures: EventFigures): object => ({
  delayMs: figures.delays.summary(),
  gapMs: figures.gaps.summary(),
  streams: figures.streams,
  failed: figures.failed,
  events: figures.events,
  ...figures.defects,
  defects: defectsOf(figures.defects),
});

/** Name of the report's files: that of the usual run, with what differs from it. */
export function reportName({ quick, streams, latency }: StreamsOptions): string {
  const changed = Object.entries(streams).map(([name, value]) => `${name.replace(/(Ms|Bytes)$/, '')}${value}`);
  const profiles = latency.map(({ name }) => name);
  const isUsual = profiles.join() === 'aws,none';
  return ['streams', ...(isUsual ? [] : profiles), ...changed, ...(quick ? ['quick'] : [])].join('-');
}

/** The flags that repeat a run. */
const flagsOf = ({ latency, seed, quick, streams }: StreamsOptions): string =>
  [
    `--latency ${latency.map(({ file, name }) => file ?? name).join(',')}`,
    `--seed ${seed}`,
    ...(streams.gatherMs === undefined ? [] : [`--gather-ms ${streams.gatherMs}`]),
    ...(streams.chunkBytes === undefined ? [] : [`--chunk-bytes ${streams.chunkBytes}`]),
    ...(streams.windowBytes === undefined ? [] : [`--window-bytes ${streams.windowBytes}`]),
    ...(quick ? ['--quick'] : []),
  ].join(' ');

/** The report that is kept. @param plots names of the plots' files */
export function streamsReport(result: StreamsResult, plots: { readonly delay: string; readonly cost: string }): string {
  const { options, startedAt, seconds, profiles } = result;
  const { windowBytes, chunkBytes, gatherMs } = { ...environments.local.streams, ...options.streams };
  const tables = streamsTables(result);
  const sections = [
    '# Answers that stream',
    [
      `The streaming door ([ADR 0054](../adr/0054-the-streaming-door-is-a-function-url.md)) on the local cloud, in one run under ${profiles.map(({ latency }) => `\`${latency.name}\``).join(' and ')}.`,
      `A window of ${windowBytes} bytes, chunks of at most ${chunkBytes} bytes, gathered for ${gatherMs} ms; seed ${options.seed}.`,
      '**The limit** is the shortest way of a chunk through the same parts: the agent sends a message, `receive-message` posts it, the waiter writes it. It has no order, digest, window or ticket, so that no design on these parts can be quicker (`bench/limit`). The plain proxy is the floor: one more hop in one process of this machine.',
      ...profiles.map(({ latency }) => latencyCaveat(latency)),
      madeOn({ startedAt, seconds }),
    ].join('\n'),
    `![Added delay of a chunk](${plots.delay})`,
    `![Dollars for a thousand streams, under ${profiles[0]?.latency.name ?? ''}](${plots.cost})`,
    ...[tables.at(-1) as Table, ...tables.slice(0, -1)].map(({ title, header, rows, note = '' }) =>
      [`## ${title}`, markdownTable(header, rows), ...(note ? [note] : [])].join('\n\n'),
    ),
    `Prices of us-east-1 as of ${PRICES_AS_OF} (\`bench/prices.ts\`).`,
    `## How to repeat this run\n\n\`npm run bench:streams -- ${flagsOf(options)}\``,
  ];
  return `${sections.join('\n\n')}\n`;
}
