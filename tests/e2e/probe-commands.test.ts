/** What `npm run probe` says when it cannot measure: one line, and an exit code. */
import { XRayClient } from '@aws-sdk/client-xray';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments } from '../../environments';
import { requestHandlerFor } from '../../functions/aws/request-handler';
import { parseProbeOptions, type ProbeOptions } from '../../probe/options';
import type { Place } from '../../probe/place';
import { runProbe } from '../../probe/run';
import { standInForAws, type Known } from '../unit/trace/aws-stand-in';

const ROOT = path.join(__dirname, '../..');
const directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-probe-'));
const outputs = path.join(directory, 'outputs.json');
const NOWHERE = { visitor_url: 'http://127.0.0.1:9', agent_endpoint: 'ws://127.0.0.1:9/v1' };
beforeAll(() => writeFileSync(outputs, JSON.stringify({ dev: NOWHERE })));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const npmRun = (args: readonly string[], environment: Record<string, string> = {}): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...environment };
    execFile(process.execPath, ['--import', 'tsx', 'probe/main.ts', ...args], { cwd: ROOT, env }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });

const token = { HTTP_TUNNEL_TOKEN: 'a.b.c' };
test.each([
  ['an unknown environment', ['--env', 'mars'], {}, 2, 'Allowed choices are dev, staging, prod, local'],
  ['missing outputs', ['--env', 'dev'], token, 2, '--outputs is missing: give the file that cdktf deploy --outputs-file wrote'],
  [
    'outputs of another environment',
    ['--env', 'prod', '--outputs', outputs],
    token,
    2,
    `${outputs} has no agent_endpoint and visitor_url for "prod"`,
  ],
  ['a missing token', ['--env', 'dev', '--outputs', outputs], {}, 2, 'set TF_VAR_agent_token_key, or a token in HTTP_TUNNEL_TOKEN'],
  ['the lack of credentials', ['--env', 'dev', '--outputs', outputs], token, 1, 'no valid AWS credentials were found'],
] as const)('%s is reported in one line and with an exit code', async (_, args, variables, code, told) => {
  const result = await npmRun(args, variables);
  expect(result.stderr).toContain(told);
  expect(result.stderr.trim()).not.toContain('\n');
  expect(result.code).toBe(code);
});

/** Runs a probe whose visitors and agents reach nobody. */
async function probeWith(known: Omit<Known, 'traces' | 'logs'>): Promise<number> {
  const aws = await standInForAws({ traces: {}, logs: {}, ...known });
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' };
  const place: Place = {
    environment: 'dev',
    visitorUrl: NOWHERE.visitor_url,
    agentEndpoint: NOWHERE.agent_endpoint,
    token: 'a.b.c',
    xray: new XRayClient({ region: 'eu-central-1', endpoint: aws.url, credentials, requestHandler: requestHandlerFor(300) }),
    settings: environments.dev,
    traceDelayMs: 0,
  };
  try {
    const options = parseProbeOptions(['--env', 'dev']) as ProbeOptions;
    return await runProbe(options, () => Promise.resolve(place), { out: () => undefined, progress: () => undefined });
  } finally {
    aws.close();
  }
}

test('credentials that may not read X-Ray are reported before anything is measured', async () => {
  await expect(probeWith({ refusal: 'not authorized to perform: xray:GetTraceSummaries' })).rejects.toThrow(
    'AWS refuses the call: not authorized to perform: xray:GetTraceSummaries; use credentials that may call xray:GetTraceSummaries and xray:BatchGetTraces',
  );
});

test('X-Ray that does not answer is reported in one line instead of waited for', async () => {
  await expect(probeWith({ silent: 'xray' })).rejects.toThrow(/^AWS in \S+ does not answer \(a request has exceeded .*\): try again$/);
});
