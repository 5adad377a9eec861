import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TunnelRefusedError } from '../../agent';
import { startDemoService } from '../../agent/demo/demo-service';
import { environments, type Environment } from '../../environments';
import { buildFunctions } from '../../functions/build-functions';
import { latencyOf } from '../../emulator/latency/latency-profile';
import type { LocalCloud } from '../../emulator/local-cloud';
import { labelOf } from '../../emulator/terraform/resource-names';
import { BUNDLES, orClose, startLocalTunnel, type LocalTunnel } from '../local-tunnel';
import { removeRunningCloud, writeRunningCloud } from '../running-cloud';
import { localRollout } from '../console/local-rollout';
import { startConsole } from './start-console';
import type { StartMode, StartOptions } from './start-options';
import type { Ready, StartOutput } from './start-output';
import { ToldError } from '../../cli/told-error';

/** A port is in use, or cannot be used. */
class PortTakenError extends ToldError {
  override readonly name = 'PortTakenError';
}

/** A fixed seed gives every start the same latencies. */
const LATENCY_SEED = 1;
/** Owner in the local agent's token. */
const OWNER = 'local';
/**
 * How many execution environments start before the first visitor comes, by the function's name in its Terraform address. The table lists
 * the functions that every request needs. Some have two, because a browser sends several requests at once.
 */
const WARM: Readonly<Record<StartMode, Readonly<Record<string, number>>>> = {
  direct: { 'forward-request': 2, 'stream-request': 1, 'receive-message': 2 },
  bus: { 'forward-request': 2, 'receive-message': 2, 'process-stream': 1, 'wake-waiter': 1 },
  polling: { 'forward-request': 2, 'receive-message': 2 },
};

/** The `local` environment with the requested answer path. @param percent share of requests that begins event-driven */
export function environmentFor(mode: StartMode, percent = 100): Environment {
  const { local } = environments;
  const responsePath = mode === 'polling' ? { useEventDriven: false } : { mode, percent };
  return { ...local, responsePath: { ...local.responsePath, ...responsePath } };
}

/** Builds, synthesizes, boots, and connects an agent; resolves when visitors can come. If a step fails, nothing is left running. */
export async function run(options: StartOptions, output: StartOutput): Promise<LocalTunnel> {
  const startedAt = performance.now();
  // Ports are checked first, because building takes seconds.
  await assertFree(options.httpPort, '--http-port');
  if (options.streamPort !== undefined) await assertFree(options.streamPort, '--stream-port');
  for (const { port } of options.pins) await assertFree(port, '--pin');
  if (options.console && options.consolePort !== undefined) await assertFree(options.consolePort, '--console-port');

  for (const warning of options.warnings) output.warning(warning);
  const environment = environmentFor(options.mode, options.percent);
  const tunnel = await boot(environment, options, output);
  return orClose(tunnel, async () => {
    await open(tunnel, environment, startedAt, options, output);
    return tunnel;
  });
}

/**
 * Opens what `npm start` adds to the cloud: ports of single tunnels, the console, an agent, and the file by which commands find the cloud.
 */
async function open(
  tunnel: LocalTunnel,
  environment: Environment,
  startedAt: number,
  options: StartOptions,
  output: StartOutput,
): Promise<void> {
  const { cloud } = tunnel;
  const { services } = cloud;
  if (options.faults) tunnel.onClose(async () => output.faults(services.faults.counts()));
  services.alarms.events.on('transition', (transition) => output.alarm(transition));
  const pins = await Promise.all(
    options.pins.map(async ({ name, port }) => ({ name, url: `http://127.0.0.1:${await tunnel.pin(name, port)}` })),
  );
  const { traces, visits } = tunnel;
  const sources = { ...services, traces, visits, rollout: localRollout(cloud, environment), environment: environment.name };
  const console = options.console ? await startConsole(sources, options.consolePort) : undefined;
  if (console) tunnel.onClose(() => console.close());
  const consoleUrl = console && { consoleUrl: console.url };

  const warm = warmUp(cloud, WARM[options.mode]);
  // Without keys of tickets, the first requests would have rows, and no answer could be streamed.
  const keys = options.mode === 'direct' ? tunnel.runSweep() : undefined;
  const agent = options.agent ? { tunnel: await startAgent(options, tunnel, output) } : { token: await tunnel.token(OWNER) };
  await Promise.all([warm, keys]);
  announce(tunnel, environment, consoleUrl);
  output.ready({
    mode: options.mode,
    percent: environment.responsePath.percent,
    seconds: (performance.now() - startedAt) / 1000,
    functions: services.spec.functions.length,
    environments: services.lambda.environments().length,
    visitorUrl: tunnel.visitorUrl,
    agentEndpoint: tunnel.agentEndpoint,
    ...consoleUrl,
    pins,
    ...agent,
  });
}

function warmUp({ services: { spec, lambda } }: LocalCloud, counts: Readonly<Record<string, number>>): Promise<void> {
  return lambda.warm(Object.fromEntries(spec.functions.map(({ address, name }) => [name, counts[labelOf(address)] ?? 0])));
}

/** Builds and synthesizes what is not kept from an earlier start, prints these steps, and boots. */
async function boot(environment: Environment, options: StartOptions, output: StartOutput): Promise<LocalTunnel> {
  const { rebuild, httpPort, streamPort, faults, concurrentStarts } = options;
  let isKept = true;
  const make = (text: string): void => {
    isKept = false;
    output.progress(text);
  };
  await buildFunctions({
    outdir: BUNDLES,
    rebuild,
    onBuild: (names) => make(`building ${names.length > 2 ? 'the functions' : names.join(' and ')}`),
  });
  return startLocalTunnel({
    environment,
    rebuild,
    httpPort,
    streamPort,
    faults,
    concurrentStarts,
    tokenKey: process.env['TF_VAR_agent_token_key'],
    latency: latencyOf(options.latency, LATENCY_SEED),
    cpuShare: options.latency.cpuShare,
    log: (line) => output.log(line),
    warn: (text) => output.warning(text),
    onSynthesis: () => make('synthesizing the stack'),
    withStackFile: (stackFile, bootFrom) => {
      if (isKept) output.progress('using the functions and the stack of an earlier start: nothing has changed');
      output.progress('booting the local cloud');
      return bootFrom(stackFile);
    },
  });
}

/**
 * Writes the file by which commands find the local cloud. This comes last, so that a failed start does not overwrite the file of another
 * local cloud.
 */
function announce(tunnel: LocalTunnel, { responsePath }: Environment, consoleUrl: { consoleUrl?: string } | undefined): void {
  const { awsEndpoint: endpoint, spec, operator } = tunnel.cloud.services;
  const { visitorUrl, agentEndpoint } = tunnel;
  const { accessKeyId, secretAccessKey } = operator;
  const { pid } = process;
  writeRunningCloud({
    endpoint,
    region: spec.region,
    accessKeyId,
    secretAccessKey,
    environment: 'local',
    pid,
    visitorUrl,
    agentEndpoint,
    responsePath,
    ...consoleUrl,
  });
  tunnel.onClose(async () => removeRunningCloud(pid));
}

/** Connects the agent that `npm start` brings, to the demo service unless the user has named a port. */
async function startAgent(options: StartOptions, tunnel: LocalTunnel, output: StartOutput): Promise<Ready['tunnel']> {
  let port = options.port;
  if (port === undefined) {
    const demo = await startDemoService();
    tunnel.onClose(() => demo.close());
    port = demo.port;
  }
  const host = options.port === undefined ? '127.0.0.1' : options.host;
  output.progress('connecting the agent');
  const agent = await tunnel.agent(OWNER, { name: options.name, target: { host, port }, access: options.access });
  agent.on('streaming', (beginning) => output.streaming(beginning));
  agent.on('request', (summary) => output.request(summary));
  agent.on('warning', (text) => output.warning(text));
  agent.on('disconnected', (disconnection) => output.disconnected(disconnection));
  const connected = await agent.start();
  agent.on('connected', ({ publicUrl }) => output.reconnected(publicUrl));
  agent.on('refused', (error: TunnelRefusedError) => output.warning(error.message));
  const { streamUrl } = tunnel;
  return {
    name: connected.tunnelId,
    url: connected.publicUrl,
    pathUrl: connected.pathBasedUrl ?? connected.publicUrl,
    ...(streamUrl !== undefined && { streamUrl: `${streamUrl}${connected.tunnelId}/` }),
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
    throw new PortTakenError(
      `port ${port} is taken, perhaps by another http-tunnel: stop that program, or choose another port with ${option}`,
    );
  } finally {
    probe.close();
  }
}
