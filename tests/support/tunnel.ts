import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Agent, type AgentOptions } from '../../agent';
import { startDemoService } from '../../agent/demo/demo-service';
import type { Environment } from '../../environments';
import { randomTokenKey, signToken } from '../../local/agent-token';
import { LocalCloud } from '../../local/local-cloud';
import type { Interceptor, LogLine } from '../../local/services';
import { AWS_LIMITS, type Limits } from '../../local/limits';
import { environmentFor } from '../../local/start/run';
import type { StartMode } from '../../local/start/start-options';
import { synthesize } from '../../modules/synthesize';
import { ask, type Ask, type Reply } from './http-client';

export const MODES: readonly StartMode[] = ['polling', 'bus', 'direct'];

const BUNDLES = path.join(__dirname, '../../dist/functions');

export interface CloudUnderTestOptions {
  readonly mode?: StartMode;
  readonly limits?: Partial<Limits>;
  /** The key of agent tokens; without it a random one. */
  readonly tokenKey?: string;
  /** Wraps every AWS call that a function makes. */
  readonly intercept?: Interceptor;
  /** Changes the environment's settings before the stack is synthesized. */
  readonly environment?: (environment: Environment) => Environment;
  /** Changes the synthesized stack, as somebody would who changes `modules/`. */
  readonly stack?: (resources: Record<string, Record<string, unknown>>) => void;
}

/** The local cloud, booted from the `local` environment's stack, and who may use it. */
export interface CloudUnderTest {
  readonly cloud: LocalCloud;
  readonly logs: readonly LogLine[];
  token(owner?: string): Promise<string>;
  /** Connects an agent of ours; it is stopped with the cloud. */
  agent(options: Partial<AgentOptions> & { target: AgentOptions['target'] }, owner?: string): Promise<Agent>;
  /** As a visitor of the tunnel, by its path prefix. */
  visit(path: string, ask?: Ask, tunnel?: string): Promise<Reply>;
  pendingRows(): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startCloud(options: CloudUnderTestOptions = {}): Promise<CloudUnderTest> {
  const { mode = 'bus', limits = {}, environment = (same) => same } = options;
  const settings = environment(environmentFor(mode));
  const outdir = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-test-'));
  const [stack] = synthesize({ environments: { local: settings }, outdir, bundles: BUNDLES });
  if (!stack) throw new Error('no stack');
  if (options.stack) await changeStack(stack.file, options.stack);

  const key = options.tokenKey ?? randomTokenKey();
  const logs: LogLine[] = [];
  const agents: Agent[] = [];
  const cloud = await LocalCloud.boot({
    stackFile: stack.file,
    account: settings,
    variables: { agent_token_key: key },
    httpPort: 0,
    limits: { ...AWS_LIMITS, ...limits },
    log: (line) => logs.push(line),
    warn: () => undefined,
    ...(options.intercept && { intercept: options.intercept }),
  });
  const token = (owner = 'ann'): Promise<string> => signToken(key, owner);
  return {
    cloud,
    logs,
    token,
    async agent(agentOptions, owner) {
      const agent = new Agent({ endpoint: cloud.agentEndpoint, token: await token(owner), name: 'demo', ...agentOptions });
      agents.push(agent);
      await agent.start();
      return agent;
    },
    visit: (to, how, tunnel = 'demo') => ask(cloud.visitorUrl, `/${tunnel}${to}`, how),
    pendingRows: () => cloud.services.dynamodb.scan(tableOf(cloud, 'pending-requests')),
    async close() {
      await Promise.all(agents.map((agent) => agent.stop({ graceMs: 100 })));
      await cloud.close();
      await rm(outdir, { recursive: true, force: true });
    },
  };
}

/** A cloud with an agent named `demo` before the demo service. */
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

export function tableOf(cloud: LocalCloud, name: string): string {
  const table = cloud.services.spec.tables.find((each) => each.address === `aws_dynamodb_table.${name}`);
  if (!table) throw new Error(`no table ${name}`);
  return table.name;
}

export function functionOf(cloud: LocalCloud, name: string): string {
  const found = cloud.services.spec.functions.find((each) => each.address === `aws_lambda_function.${name}`);
  if (!found) throw new Error(`no function ${name}`);
  return found.name;
}

export function ruleOf(cloud: LocalCloud, name: string): string {
  const rule = cloud.services.spec.rules.find((each) => each.address === `aws_cloudwatch_event_rule.${name}`);
  if (!rule) throw new Error(`no rule ${name}`);
  return rule.name;
}

async function changeStack(file: string, change: NonNullable<CloudUnderTestOptions['stack']>): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as { resource: Record<string, Record<string, unknown>> };
  change(json.resource);
  await writeFile(file, JSON.stringify(json));
}
