import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunningCloud, type RunningCloud } from '../../local/running-cloud';
import { leftOver, type LeftOver } from './left-over';
import { living, NpmStart, type StartEvent } from './npm-start';
import type { Visits } from './visitors';

const ROOT = path.join(__dirname, '../..');

/** `sweep` removes rows of failed requests within a minute and a half; only a defect takes longer. In ms. */
const IDLE_MS = 150_000;
/** Processes end within two seconds of their parent; only a hang takes longer. In ms. */
const EXIT_MS = 60_000;

export interface Phase {
  readonly name: string;
  readonly visit: (pathUrl: string) => Promise<Visits>;
}

export interface BurstReport {
  /** From the start of the command to `ready`, in seconds. */
  readonly readySeconds: number;
  readonly phases: readonly (Visits & { readonly name: string; /** Processes below npm after the phase. */ readonly processes: number })[];
  /** Every warning or error in the terminal. */
  readonly complaints: readonly string[];
  /** Lines about alarms. An alarm about slow answers is not a defect. */
  readonly alarms: readonly string[];
  readonly leftOver: LeftOver & { readonly afterMs: number };
  readonly exitCode: number | NodeJS.Signals;
  /** Processes and temporary files that still exist after the end. */
  readonly survivors: readonly string[];
  /** One sentence for each problem; empty if there is none. */
  readonly problems: readonly string[];
}

/**
 * Runs `npm start`, sends the visitors, waits until the cloud is idle, stops it with Ctrl-C, and reports what went wrong.
 * @param checkout the checkout whose `npm start` runs
 */
export async function burst(phases: readonly Phase[], checkout = ROOT): Promise<BurstReport> {
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-burst-'));
  const startedAt = performance.now();
  const start = NpmStart.run(['--', '--json', '--http-port', '0', '--console-port', '0'], { TMPDIR: temporary }, checkout);
  try {
    const ready = (await start.ready()) as unknown as { visitorUrl: string; tunnel: { pathUrl: string } };
    const readySeconds = (performance.now() - startedAt) / 1000;
    const cloud = cloudOf(ready, checkout);
    const visited = [];
    for (const { name, visit } of phases) {
      const visits = await visit(ready.tunnel.pathUrl);
      visited.push({ name, ...visits, processes: (await start.descendants()).length });
    }
    const left = await whenIdle(cloud);
    const processes = await start.descendants();
    start.ctrlC();
    const exitCode = await start.ended();
    const survivors = [...(await survivorsOf(processes)), ...(await filesIn(temporary))];
    const { complaints, alarms } = said(start);
    const report = { readySeconds, phases: visited, complaints, alarms, leftOver: left, exitCode, survivors };
    return { ...report, problems: problemsOf(report) };
  } finally {
    if (start.npm.exitCode === null && start.npm.signalCode === null) {
      start.ctrlC();
      await start.ended();
    }
    await rm(temporary, { recursive: true, force: true });
  }
}

/** @throws Error when another `npm start` of the same checkout has overwritten the file */
function cloudOf({ visitorUrl }: { visitorUrl: string }, checkout: string): RunningCloud {
  const file = path.join(checkout, 'dist/local-cloud.json');
  const cloud = readRunningCloud(file);
  if (cloud.visitorUrl === visitorUrl) return cloud;
  throw new Error(`${file} is another local cloud's: stop the npm start at ${cloud.visitorUrl}, and try again`);
}

async function whenIdle(cloud: RunningCloud): Promise<LeftOver & { afterMs: number }> {
  const startedAt = performance.now();
  for (;;) {
    const left = await leftOver(cloud);
    const afterMs = Math.round(performance.now() - startedAt);
    if ((left.rows === 0 && left.bodies === 0) || afterMs > IDLE_MS) return { ...left, afterMs };
    await sleep(100);
  }
}

async function survivorsOf(pids: readonly number[]): Promise<string[]> {
  const giveUpAt = performance.now() + EXIT_MS;
  for (;;) {
    const left = await living(pids);
    if (left.length === 0 || performance.now() > giveUpAt) return left.map((pid) => `process ${pid}`);
    await sleep(50);
  }
}

/** Temporary files, except the caches of tsx and Node.js. */
const filesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => !/^(tsx-|node-compile-cache)/.test(name)).map((name) => `temporary file ${name}`);

/** Events of `npm start --json` that `npm start` prints as warnings or errors. A `log` event comes only if there is a problem. */
const COMPLAINTS = new Set(['warning', 'log', 'disconnected', 'reconnected', 'not JSON']);

function said({ events, stderr }: NpmStart): { complaints: string[]; alarms: string[] } {
  const lines = (wanted: (event: StartEvent) => boolean): string[] => events.filter(wanted).map((event) => JSON.stringify(event));
  // At the end of the run the agent is disconnected on purpose.
  const stopping = events.findIndex(({ event }) => event === 'stopping');
  const beforeTheEnd = new Set(stopping === -1 ? events : events.slice(0, stopping));
  return {
    complaints: [
      ...lines((event) => COMPLAINTS.has(event.event) && (event.event !== 'disconnected' || beforeTheEnd.has(event))),
      ...stderr.split('\n').filter((line) => line !== ''),
    ],
    alarms: lines(({ event, from, to }) => event === 'alarm' && (from === 'ALARM' || to === 'ALARM')),
  };
}

function problemsOf({ phases, complaints, leftOver, exitCode, survivors }: Omit<BurstReport, 'problems'>): string[] {
  return [
    ...phases
      .filter(({ right, sent }) => right < sent || sent === 0)
      .map(
        ({ name, right, sent, outcomes, examples }) =>
          `${name}: ${sent - right} of ${sent} wrong: ${JSON.stringify(outcomes)}, such as ${examples[0]}`,
      ),
    ...(complaints.length > 0 ? [`the terminal shows ${complaints.length} warnings, such as ${complaints[0]}`] : []),
    ...(leftOver.rows + leftOver.bodies > 0 ? [`${leftOver.rows} rows and ${leftOver.bodies} bodies are left over`] : []),
    ...(exitCode === 0 ? [] : [`npm start ended with ${exitCode}`]),
    ...survivors.map((each) => `${each} is left over`),
  ];
}
