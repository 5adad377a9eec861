/**
 * `npm run smoke -- <environment> --outputs <file>`: tests a deployed environment with one visitor's request. The test starts a
 * small local service and an agent for the service, sends a request with a nonce to the public URL, and checks that the service
 * got this request once and that its answer came back. Exit status 0 for success, 1 for a failure, 2 for wrong input, each with one
 * line. The test signs a token with the key in TF_VAR_agent_token_key, or takes the token in HTTP_TUNNEL_TOKEN if an identity
 * provider signs tokens. That token has to grant `smoke-*`.
 */
import { Command, Option } from 'commander';
import { secondsToMs } from '../cli/numbers';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Agent } from '../agent';
import { parseOptions, runProgram, type Help } from '../cli/command-line';
import { ToldError } from '../cli/told-error';
import { addressesIn, connectAgent, tokenFrom, tokenSignedWith, type Addresses, type Claims } from '../probe/deployed';

/** The environment did not pass the smoke test. */
export class SmokeTestError extends ToldError {
  override readonly name = 'SmokeTestError';
}

export interface SmokeTest extends Addresses {
  /** The agent's token, which has to grant `smoke-*`. */
  readonly token: string;
  /** Time limit for the agent to connect, and again for the visitor's request, in ms. */
  readonly timeoutMs: number;
}

/** The token expires soon after the test. */
const CLAIMS: Claims = { owner: 'smoke-test', names: 'smoke-*', life: '5m' };

/** A token for the test, signed with the environment's key. */
export const smokeTestToken = (key: string): Promise<string> => tokenSignedWith(key, CLAIMS);

/**
 * @returns how long the visitor waited, in ms
 * @throws SmokeTestError or NoAgentError, with the reason of the failure
 */
export async function smokeTest({ agentEndpoint, visitorUrl, token, timeoutMs }: SmokeTest): Promise<number> {
  const nonce = randomBytes(16).toString('hex');
  const seen: string[] = [];
  const service = await startService(seen);
  const { port } = service.address() as AddressInfo;
  const name = `smoke-${randomBytes(4).toString('hex')}`;
  const agent = new Agent({
    endpoint: agentEndpoint,
    token,
    name,
    target: { port },
  });
  try {
    await connectAgent(agent, agentEndpoint, timeoutMs);
    const url = `${visitorUrl.replace(/\/$/, '')}/${name}/${nonce}`;
    const startedAt = performance.now();
    const { status, body } = await visit(url, timeoutMs);
    const waitedMs = performance.now() - startedAt;
    if (status !== 200) throw new SmokeTestError(`${url} answered ${status}: ${body.slice(0, 200)}`);
    if (body !== answerTo(`/${nonce}`)) throw new SmokeTestError(`${url} did not return the service's answer, but: ${body.slice(0, 200)}`);
    if (seen.length !== 1)
      throw new SmokeTestError(`the service got ${seen.length} requests, but the visitor sent one: ${seen.join(', ')}`);
    return waitedMs;
  } finally {
    await agent.stop({ graceMs: 1000 });
    service.closeAllConnections();
    service.close();
  }
}

const answerTo = (url: string): string => `smoke test: ${url}`;

async function startService(seen: string[]): Promise<Server> {
  const service = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.end(answerTo(request.url ?? ''));
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  return service;
}

async function visit(url: string, timeoutMs: number): Promise<{ status: number; body: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    throw new SmokeTestError(`${url} did not answer: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Flags {
  readonly environment: string;
  readonly outputs: string;
  /** In ms. */
  readonly timeout: number;
}

async function run({ environment, outputs, timeout }: Flags): Promise<number> {
  const token = await tokenFrom(process.env, CLAIMS);
  const waitedMs = await smokeTest({ ...addressesIn(outputs, environment), token, timeoutMs: timeout });
  process.stdout.write(`smoke test of ${environment}: passed, the visitor waited ${Math.round(waitedMs)} ms\n`);
  return 0;
}

function parse(args: readonly string[]): Flags | Help {
  const command = new Command('npm run smoke --')
    .description('Sends one request through a deployed environment, from a visitor to an agent and back.')
    .argument('<environment>', 'name of the environment')
    .requiredOption('--outputs <file>', 'the file that cdktf deploy --outputs-file wrote')
    .addOption(
      new Option('--timeout <seconds>', 'time limit for connecting, and again for the answer').default(30_000, '30').argParser(secondsToMs),
    );
  const flags = parseOptions<Omit<Flags, 'environment'>>(command, args);
  return 'help' in flags ? flags : { ...flags, environment: command.args[0] ?? '' };
}

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) void runProgram('smoke test', parse, run);
