import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Agent, AgentOptions } from '../../agent';
import { startDemoService } from '../../agent/demo/demo-service';
import type { Environment } from '../../environments';
import type { LocalCloud } from '../../emulator/local-cloud';
import type { LogLine } from '../../emulator/services';
import { AWS_LIMITS, type Limits } from '../../emulator/limits';
import { startLocalTunnel, type LocalTunnel, type LocalTunnelOptions } from '../../local/local-tunnel';
import { environmentFor } from '../../local/start/run';
import { MODES, type StartMode } from '../../local/start/start-options';
import { eventually } from './eventually';
import { ask, type Ask, type Reply } from './http-client';
import { putTicketKeys } from './ticket-keys';

export { MODES };

export interface CloudUnderTestOptions extends Pick<
  LocalTunnelOptions,
  'tokenKey' | 'intercept' | 'latency' | 'cpuShare' | 'faults' | 'alarmTimeFactor' | 'watch' | 'traces' | 'onDecision'
> {
  readonly mode?: StartMode;
  /** In mode direct: false keeps the rows, as before the first run of sweep. True: the keys of tickets are there from the begin. */
  readonly tickets?: boolean;
  readonly limits?: Partial<Limits>;
  /** Changes the environment's settings before the stack is synthesized. */
  readonly environment?: (environment: Environment) => Environment;
  /** Changes the synthesized stack, like a change in `modules/`. */
  readonly stack?: (resources: Record<string, Record<string, unknown>>) => void;
}

/** The local cloud, booted from the stack of the `local` environment, with ways to connect agents and to send visits. */
export interface CloudUnderTest extends Pick<LocalTunnel, 'cloud' | 'traces' | 'visits' | 'visitorUrl' | 'agentEndpoint' | 'runSweep'> {
  readonly logs: readonly LogLine[];
  /** Scheme, host and port of the streaming door. */
  readonly streamUrl: string;
  /** Warnings that the cloud printed. */
  readonly warnings: readonly string[];
  /** A token that grants these names; without `names`, a token that grants every name. */
  token(owner?: string, names?: readonly string[]): Promise<string>;
  /** Connects this project's agent. `close` stops the agent. */
  agent(options: Partial<AgentOptions> & { target: AgentOptions['target'] }, owner?: string): Promise<Agent>;
  /** Sends a request as a visitor, with the tunnel's path prefix. */
  visit(path: string, ask?: Ask, tunnel?: string): Promise<Reply>;
  /** The same through the streaming door. */
  visitStream(path: string, ask?: Ask, tunnel?: string): Promise<Reply>;
  pendingRows(): Promise<readonly Record<string, unknown>[]>;
  /** Waits until no row is left. Rows may be removed shortly after the visitors have been answered. */
  noPendingRows(): Promise<void>;
  close(): Promise<void>;
}

/** Waits longer for the wake socket, so that no request of a test polls because a busy machine opens the socket late. */
const patient = (same: Environment): Environment => ({ ...same, timings: { ...same.timings, wakeHelloMs: 20_000 } });

export async function startCloud(options: CloudUnderTestOptions = {}): Promise<CloudUnderTest> {
  const { mode = 'bus', tickets = true, limits = {}, environment = (same) => same, stack: change, ...tunnelOptions } = options;
  const logs: LogLine[] = [];
  const warnings: string[] = [];
  const tunnel = await startLocalTunnel({
    // With alarms, requests that fail on purpose would roll other requests back to polling. Tracing takes a third of a request's time.
    watch: false,
    traces: false,
    ...tunnelOptions,
    environment: environment(patient(environmentFor(mode))),
    limits: { ...AWS_LIMITS, ...limits },
    log: (line) => logs.push(line),
    warn: (text) => warnings.push(text),
    ...(change && { withStackFile: (file, boot) => withChanged(file, change, boot) }),
  });
  const { cloud, traces, visits, visitorUrl, agentEndpoint } = tunnel;
  const streamUrl = new URL(tunnel.streamUrl ?? 'http://none.invalid/').origin;
  if (mode === 'direct' && tickets) await putTicketKeys(cloud.services.dynamodb, tableOf(cloud, 'tunnels'));
  const pendingRows: CloudUnderTest['pendingRows'] = () => cloud.services.dynamodb.scan(tableOf(cloud, 'pending-requests'));
  return {
    cloud,
    traces,
    visits,
    visitorUrl,
    agentEndpoint,
    streamUrl,
    logs,
    warnings,
    runSweep: () => tunnel.runSweep(),
    token: (owner = 'ann', names) => tunnel.token(owner, names),
    async agent(agentOptions, owner = 'ann') {
      const agent = await tunnel.agent(owner, { name: 'demo', ...agentOptions });
      await agent.start();
      return agent;
    },
    visit: (to, how, name = 'demo') => ask(visitorUrl, `/${name}${to}`, how),
    visitStream: (to, how, name = 'demo') => ask(streamUrl, `/${name}${to}`, how),
    pendingRows,
    noPendingRows: () => eventually(async () => expect(await pendingRows()).toEqual([])),
    close: () => tunnel.close(),
  };
}

/** A cloud with an agent named `demo` that serves the demo service. */
export async function startTunnel(options: CloudUnderTestOptions = {}): Promise<CloudUnderTest> {
  const under = await startCloud(options);
  const demo = await startDemoService();
  await under.agent({ target: { port: demo.port } });
  return {
    ...under,
    async close() {
      await under.close();
      await demo.close();
    },
  };
}

/** Runs `use` with a tunnel, and always closes the tunnel afterwards. */
export async function withTunnel(options: CloudUnderTestOptions, use: (tunnel: CloudUnderTest) => Promise<void>): Promise<void> {
  const tunnel = await startTunnel(options);
  try {
    await use(tunnel);
  } finally {
    await tunnel.close();
  }
}

/** The physical name of a resource in the stack, by the name in its Terraform address. */
export const tableOf = ({ services: { spec } }: LocalCloud, name: string): string => named(spec.tables, `aws_dynamodb_table.${name}`).name;
export const functionOf = ({ services: { spec } }: LocalCloud, name: string): string =>
  named(spec.functions, `aws_lambda_function.${name}`).name;
export const ruleOf = ({ services: { spec } }: LocalCloud, name: string): string =>
  named(spec.rules, `aws_cloudwatch_event_rule.${name}`).name;
/** A queue's ARN. */
export const queueOf = ({ services: { spec } }: LocalCloud, name: string): string => named(spec.queues, `aws_sqs_queue.${name}`).arn;

function named<S extends { readonly address: string }>(specs: readonly S[], address: string): S {
  const spec = specs.find((each) => each.address === address);
  if (!spec) throw new Error(`the stack has no ${address}`);
  return spec;
}

/** Runs `use` with a changed copy of a stack. The stack itself must not change, because it is cached and shared. */
async function withChanged<T>(
  stackFile: string,
  change: NonNullable<CloudUnderTestOptions['stack']>,
  use: (copy: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-test-'));
  try {
    await cp(path.dirname(stackFile), directory, { recursive: true });
    const copy = path.join(directory, path.basename(stackFile));
    const json = JSON.parse(await readFile(copy, 'utf8')) as { resource: Record<string, Record<string, unknown>> };
    change(json.resource);
    await writeFile(copy, JSON.stringify(json));
    return await use(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
