import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import type { TunnelRefusedError } from '../../agent';
import { Agent } from '../../agent';
import { startDemoService } from '../../agent/demo/demo-service';
import { environments, type Environment } from '../../environments';
import { buildFunctions } from '../../functions/build-functions';
import { randomTokenKey, signToken } from '../agent-token';
import { withStack } from '../kept-stacks/with-stack';
import { latencyProfile } from '../../emulator/latency/latency-profile';
import { LocalCloud } from '../../emulator/local-cloud';
import { removeRunningCloud, writeRunningCloud } from '../running-cloud';
import { startConsole } from './start-console';
import type { StartMode, StartOptions } from './start-options';
import type { Ready, StartOutput } from './start-output';

/** A port that somebody else holds. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

const BUNDLES = path.join(__dirname, '../../dist/functions');
/** Where V8's code caches of functions are kept from one start to the next. */
export const CODE_CACHE = path.join(__dirname, '../../dist/kept/code');
/** Every start is as slow as the one before. */
const LATENCY_SEED = 1;
/** Who the local agent is. */
const OWNER = 'local';
/**
 * Execution environments that stand ready before the first visitor comes, by the function's name in its Terraform address: what every
 * request needs. A browser asks for several things at once.
 */
const WARM: Readonly<Record<StartMode, Readonly<Record<string, number>>>> = {
  direct: { 'forward-request': 2, 'receive-message': 2 },
  bus: { 'forward-request': 2, 'receive-message': 2, 'process-stream': 1, 'wake-waiter': 1 },
  polling: { 'forward-request': 2, 'receive-message': 2 },
};
/** Requests in flight get this long when `npm start` is stopped, in ms. */
const GRACE_MS = 500;

/** The `local` environment, with the answer path that was asked for. @param percent share of requests that begins event-driven */
export function environmentFor(mode: StartMode, percent = 100): Environment {
  const { local } = environments;
  const responsePath = mode === 'polling' ? { useEventDriven: false } : { mode, percent };
  return { ...local, responsePath: { ...local.responsePath, ...responsePath } };
}

/** What runs; `stop` ends it, last started first. */
export interface Running {
  stop(): Promise<void>;
}

/** Builds, synthesizes, boots, and connects an agent; resolves when visitors can come. Whatever fails, nothing is left running. */
export async function run(options: StartOptions, output: StartOutput): Promise<Running> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    await start(options, output, cleanUps);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: StartOptions, output: StartOutput, cleanUps: (() => Promise<unknown>)[]): Promise<void> {
  const startedAt = performance.now();
  // Said before the seconds that building takes.
  await assertFree(options.httpPort, '--http-port');
  for (const { port } of options.pins) await assertFree(port, '--pin');
  if (options.console && options.consolePort !== undefined) await assertFree(options.consolePort, '--console-port');

  for (const warning of options.warnings) output.warning(warning);
  const environment = environmentFor(options.mode, options.percent);
  const key = process.env['TF_VAR_agent_token_key'] ?? randomTokenKey();
  const cloud = await withBuiltStack(environment, options, output, (stackFile) => {
    output.progress('booting the local cloud');
    return LocalCloud.boot({
      stackFile,
      account: environment,
      variables: { agent_token_key: key },
      httpPort: options.httpPort,
      latency: latencyProfile(options.latency, LATENCY_SEED),
      faults: options.faults,
      log: (line) => output.log(line),
      warn: (text) => output.warning(text),
      codeCache: CODE_CACHE,
      concurrentStarts: options.concurrentStarts,
    });
  });
  cleanUps.push(() => cloud.close());
  if (options.faults) cleanUps.push(async () => output.faults(cloud.services.faults.counts()));
  cloud.services.alarms.events.on('transition', (transition) => output.alarm(transition));
  const pins = await Promise.all(
    options.pins.map(async ({ name, port }) => ({ name, url: `http://127.0.0.1:${await cloud.pin(name, port)}` })),
  );

  const console = options.console ? await startConsole({ ...cloud.services, environment: environment.name }, options.consolePort) : undefined;
  if (console) cleanUps.push(() => console.close());
  const consoleUrl = console && { consoleUrl: console.url };

  const token = await signToken(key, OWNER);
  const warm = warmUp(cloud, WARM[options.mode]);
  const tunnel = options.agent ? await startTunnel(options, cloud, token, output, cleanUps) : undefined;
  await warm;
  announce(cloud, environment, consoleUrl, cleanUps);
  output.ready({
    mode: options.mode,
    percent: environment.responsePath.percent,
    seconds: (performance.now() - startedAt) / 1000,
    functions: cloud.services.spec.functions.length,
    environments: cloud.services.lambda.environments().length,
    visitorUrl: cloud.visitorUrl,
    agentEndpoint: cloud.agentEndpoint,
    ...consoleUrl,
    pins,
    ...(tunnel ? { tunnel } : { token }),
  });
}

function warmUp({ services: { spec, lambda } }: LocalCloud, counts: Readonly<Record<string, number>>): Promise<void> {
  return lambda.warm(Object.fromEntries(spec.functions.map(({ address, name }) => [name, counts[address.slice('aws_lambda_function.'.length)] ?? 0])));
}

/** Builds and synthesizes what is not kept from an earlier start, and says which. @param use gets the stack's file while it boots from it */
async function withBuiltStack<T>(
  environment: Environment,
  { rebuild }: StartOptions,
  output: StartOutput,
  use: (stackFile: string) => Promise<T>,
): Promise<T> {
  let isKept = true;
  const make = (text: string): void => {
    isKept = false;
    output.progress(text);
  };
  await buildFunctions({ outdir: BUNDLES, rebuild, onBuild: (names) => make(`building ${names.length > 2 ? 'the functions' : names.join(' and ')}`) });
  const warn = (text: string): void => output.warning(text);
  return withStack({ environment, bundles: BUNDLES, rebuild, warn, onSynthesis: () => make('synthesizing the stack') }, (stackFile) => {
    if (isKept) output.progress('taking functions and stack from an earlier start: nothing has changed');
    return use(stackFile);
  });
}

/** Lets commands find it; last of all, so that a start that fails leaves alone what another one has written. */
function announce(
  cloud: LocalCloud,
  { responsePath }: Environment,
  consoleUrl: { consoleUrl?: string } | undefined,
  cleanUps: (() => Promise<unknown>)[],
): void {
  const { awsEndpoint: endpoint, spec, operator } = cloud.services;
  const { visitorUrl, agentEndpoint } = cloud;
  const { accessKeyId, secretAccessKey } = operator;
  const { pid } = process;
  writeRunningCloud({
    endpoint, region: spec.region, accessKeyId, secretAccessKey, environment: 'local', pid, visitorUrl, agentEndpoint, responsePath, ...consoleUrl,
  });
  cleanUps.push(async () => removeRunningCloud(pid));
}

async function startTunnel(
  options: StartOptions,
  cloud: LocalCloud,
  token: string,
  output: StartOutput,
  cleanUps: (() => Promise<unknown>)[],
): Promise<Ready['tunnel']> {
  let port = options.port;
  if (port === undefined) {
    const demo = await startDemoService();
    cleanUps.push(() => demo.close());
    port = demo.port;
  }
  const host = options.port === undefined ? '127.0.0.1' : options.host;
  output.progress('connecting the agent');
  const agent = new Agent({ endpoint: cloud.agentEndpoint, token, name: options.name, target: { host, port }, access: options.access });
  cleanUps.push(() => agent.stop({ graceMs: GRACE_MS }));
  agent.on('request', (summary) => output.request(summary));
  agent.on('warning', (text) => output.warning(text));
  agent.on('disconnected', (disconnection) => output.disconnected(disconnection));
  const connected = await agent.start();
  agent.on('connected', ({ publicUrl }) => output.reconnected(publicUrl));
  agent.on('refused', (error: TunnelRefusedError) => output.warning(error.message));
  return {
    name: connected.tunnelId,
    url: connected.publicUrl,
    pathUrl: connected.pathBasedUrl ?? connected.publicUrl,
    target: `http://${host}:${port}`,
    isDemo: options.port === undefined,
  };
}

/** @throws PortTakenError */
async function assertFree(port: number, option: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw new PortTakenError(`port ${port} cannot be used: ${message}`);
    throw new PortTakenError(`port ${port} is taken, perhaps by another http-tunnel: stop that, or choose another port with ${option}`);
  } finally {
    probe.close();
  }
}
