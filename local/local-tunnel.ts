/** The tunnel on this machine: the stack of an environment in the emulator, and agents that connect to it. */
import path from 'node:path';
import { Agent, type AgentOptions } from '../agent';
import type { CloudOptions } from '../emulator/cloud-options';
import { LocalCloud } from '../emulator/local-cloud';
import type { Closeable } from '../emulator/services';
import { labelOf } from '../emulator/terraform/resource-names';
import { TerraformError } from '../emulator/terraform/terraform-error';
import type { Environment } from '../environments';
import { randomTokenKey, signToken } from './agent-token';
import { withStack } from './kept-stacks/with-stack';
import { LocalTraces } from './story/local-traces';
import { LocalVisits } from './story/visits';

/** Where `npm run build` puts the functions' zips. */
export const BUNDLES = path.join(__dirname, '../dist/functions');
/** Where V8's code caches of functions are kept from one start to the next. */
const CODE_CACHE = path.join(__dirname, '../dist/kept/code');
/** Requests in flight get this long when a tunnel is closed, in ms. */
const GRACE_MS = 500;

export interface LocalTunnelOptions extends Omit<
  CloudOptions,
  'stackFile' | 'account' | 'variables' | 'httpPort' | 'log' | 'warn' | 'onSegment'
> {
  readonly environment: Environment;
  /** Directory of the functions' zips; default `BUNDLES`. */
  readonly bundles?: string;
  /** Key of agent tokens, base64; random by default. */
  readonly tokenKey?: string | undefined;
  /** Port that visitors use; any free port by default. */
  readonly httpPort?: number;
  readonly log?: CloudOptions['log'];
  readonly warn?: CloudOptions['warn'];
  /** Synthesizes the stack even if one is kept from an earlier start. */
  readonly rebuild?: boolean;
  /** Called before the stack is synthesized, which takes seconds; not called for a kept stack. */
  readonly onSynthesis?: () => void;
  /** Lets a caller change the stack: gets the synthesized file, and calls `boot` with the file to boot from. */
  readonly withStackFile?: (stackFile: string, boot: (stackFile: string) => Promise<LocalCloud>) => Promise<LocalCloud>;
}

type CleanUp = () => Promise<unknown>;

export class LocalTunnel implements Closeable {
  private readonly cleanUps: CleanUp[];

  constructor(
    readonly cloud: LocalCloud,
    /** What happened to each request, from its traces and log lines. */
    readonly traces: LocalTraces,
    /** What visitors asked for and got. */
    readonly visits: LocalVisits,
    private readonly tokenKey: string,
  ) {
    this.cleanUps = [() => cloud.close()];
  }

  /** Where visitors reach tunnels: `http://127.0.0.1:8080`. */
  get visitorUrl(): string {
    return this.cloud.output('visitor_url');
  }

  /** Where visitors get answers that stream: `http://127.0.0.1:8082/`. Undefined for a stack without a function URL. */
  get streamUrl(): string | undefined {
    return this.cloud.services.spec.functionUrls[0]?.url;
  }

  /** What agents connect to. */
  get agentEndpoint(): string {
    return this.cloud.output('agent_endpoint');
  }

  /** A token for agents of `owner`, for the tunnels of these names; for every name by default. */
  token(owner: string, names?: readonly string[]): Promise<string> {
    return signToken(this.tokenKey, owner, names);
  }

  /** An agent of `owner`, not started yet. It is stopped when the tunnel is closed. */
  async agent(owner: string, options: Omit<AgentOptions, 'endpoint' | 'token'>): Promise<Agent> {
    const agent = new Agent({ endpoint: this.agentEndpoint, token: await this.token(owner), ...options });
    this.onClose(() => agent.stop({ graceMs: GRACE_MS }));
    return agent;
  }

  /**
   * Runs sweep once, as its schedule does every minute. The first run makes the keys of tickets; until then all requests have rows.
   * @throws Error if sweep fails
   */
  async runSweep(): Promise<void> {
    const { lambda, spec } = this.cloud.services;
    const sweep = spec.functions.find(({ address }) => labelOf(address) === 'sweep');
    const result = await lambda.invoke(sweep?.arn ?? '', {});
    if (result.kind !== 'ok') throw new Error(`sweep failed: ${JSON.stringify(result)}`);
  }

  /**
   * Opens a port that belongs to one tunnel, for programs that cannot resolve `*.localhost`. The local service gets the Host that the visitor
   * asked for.
   * @param port 0 for any free one
   * @returns the port
   * @throws TerraformError for a stack without a tunnel domain
   */
  async pin(tunnelName: string, port: number): Promise<number> {
    const { spec, edge } = this.cloud.services;
    const domain = spec.functions.map(({ environment }) => environment['TUNNEL_DOMAIN']).find((value) => value !== undefined);
    if (domain === undefined)
      throw new TerraformError('the stack has no tunnel domain, so --pin cannot give a tunnel a port: set tunnelDomain');
    return (await edge.listen(port, '127.0.0.1', { domainName: `${tunnelName}.${domain}` })).port;
  }

  /** Registers a clean-up for `close()`. The newest clean-up runs first. */
  onClose(cleanUp: CleanUp): void {
    this.cleanUps.push(cleanUp);
  }

  async close(): Promise<void> {
    for (const cleanUp of this.cleanUps.splice(0).reverse()) await cleanUp();
  }
}

/**
 * Synthesizes an environment's stack, or takes the kept one, and boots it.
 * @throws EnvironmentError for wrong settings, MissingBundleError for a function that is not built, and the errors of `LocalCloud.boot`
 */
export async function startLocalTunnel(options: LocalTunnelOptions): Promise<LocalTunnel> {
  const {
    environment,
    bundles = BUNDLES,
    tokenKey = randomTokenKey(),
    rebuild = false,
    onSynthesis,
    withStackFile,
    ...cloudOptions
  } = options;
  const warn = options.warn ?? (() => undefined);
  // eslint-disable-next-line prefer-const -- known only when the cloud has booted, before which nothing is traced
  let traces: LocalTraces | undefined;
  const boot = (stackFile: string): Promise<LocalCloud> =>
    LocalCloud.boot({
      httpPort: 0,
      log: () => undefined,
      codeCache: CODE_CACHE,
      ...cloudOptions,
      warn,
      stackFile,
      account: environment,
      variables: { agent_token_key: tokenKey },
      onSegment: (segment) => traces?.add(segment),
    });
  const cloud = await withStack({ environment, bundles, rebuild, warn, ...(onSynthesis && { onSynthesis }) }, (stackFile) =>
    withStackFile ? withStackFile(stackFile, boot) : boot(stackFile),
  );
  traces = new LocalTraces(cloud.services.logs);
  const visits = new LocalVisits();
  const { edge, functionUrl } = cloud.services;
  for (const door of [edge, functionUrl]) door?.events.on('response', (record) => visits.add(record));
  return new LocalTunnel(cloud, traces, visits, tokenKey);
}

/** Closes the tunnel if `use` fails. @returns what `use` returns */
export async function orClose<T>(tunnel: LocalTunnel, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await tunnel.close();
    throw error;
  }
}
