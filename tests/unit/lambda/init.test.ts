import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../../support/eventually';
import { startLambda } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';

let lambda: LambdaFixture;
afterEach(() => lambda?.close());

test.each([
  ['throws while loading', `throw new Error('TUNNELS_TABLE is missing');`, 'Error', 'TUNNELS_TABLE is missing'],
  ['requires a missing module', `require('absent-module');`, 'Runtime.ImportModuleError', /Cannot find module 'absent-module'/],
  ['is not JavaScript', `exports.handler = async (`, 'Runtime.UserCodeSyntaxError', /SyntaxError/],
  ['exports no handler', `exports.main = 1;`, 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
  [
    'exits while loading',
    `process.exit(7);`,
    'Runtime.ExitError',
    /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 7$/,
  ],
])('a function module that %s fails the invocation with the error of Lambda', async (_what, source, errorType, message) => {
  lambda = await startLambda({ broken: source });
  const errorMessage: unknown = typeof message === 'string' ? message : expect.stringMatching(message);
  expect(await lambda.invoke('broken')).toEqual({ kind: 'error', errorType, errorMessage });
  expect(lambda.lines.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(new RegExp(`^INIT_REPORT Init Duration: [\\d.]+ ms\tPhase: init\tStatus: error`)),
  );
});

test('an init that exceeds its time limit is killed', async () => {
  lambda = await startLambda({ slow: `while (true);` }, { limits: { initMs: 300 } });
  expect(await lambda.invoke('slow')).toMatchObject({ kind: 'error', errorType: 'Sandbox.Timedout' });
  expect(lambda.records).toMatchObject([{ coldStart: true, kind: 'error', durationMs: 0 }]);
  await eventually(() => lambda.service.environments().length === 0);
});

test('an environment that ends with the service, during its init or an invocation, logs no failure', async () => {
  lambda = await startLambda({
    starting: `console.log('starting'); while (true);`,
    running: `exports.handler = () => new Promise(() => setInterval(() => console.log('running'), 100));`,
  });
  const outcomes = [lambda.invoke('starting'), lambda.invoke('running')];
  const texts = (): string[] => lambda.lines.map(({ text }) => text);
  await eventually(() => ['starting', 'running'].every((word) => texts().some((text) => text.includes(word))));
  await lambda.close();
  expect(await Promise.all(outcomes)).toMatchObject([{ kind: 'error' }, { kind: 'error' }]);
  expect(texts().filter((text) => /INIT_REPORT|REPORT|ExitError/.test(text))).toEqual([]);
});

test('the next invocation after a failed init runs the init again', async () => {
  const flag = path.join(mkdtempSync(path.join(tmpdir(), 'lambda-init-')), 'ran');
  const source = `const fs = require('node:fs'); const flag = ${JSON.stringify(flag)};
    if (!fs.existsSync(flag)) { fs.writeFileSync(flag, ''); throw new Error('once'); }
    exports.handler = async () => 'well';`;
  lambda = await startLambda({ recovers: source });
  expect(await lambda.invoke('recovers')).toMatchObject({ kind: 'error', errorMessage: 'once' });
  expect(await lambda.invoke('recovers')).toEqual({ kind: 'ok', payload: 'well' });
  rmSync(path.dirname(flag), { recursive: true });
});

test('beforeColdStart() is awaited before a cold start, and not called for a warm invocation', async () => {
  const seen: string[] = [];
  lambda = await startLambda(
    { hello: `exports.handler = async () => 1;` },
    {
      beforeColdStart: async (name) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        seen.push(name);
      },
    },
  );
  const startedAt = Date.now();
  await lambda.invoke('hello');
  await lambda.invoke('hello');
  expect(seen).toEqual(['hello']);
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(100);
});

describe('the boot of the local Lambda', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'lambda-boot-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const start = (spec: object): Promise<unknown> => startLambda({ broken: { files: {}, ...spec } });

  test('fails for a missing zip with an error that says how to build it', async () => {
    const codeZip = path.join(directory, 'absent.zip');
    await expect(start({ codeZip })).rejects.toThrow(
      `aws_lambda_function.broken: its code ${codeZip} cannot be read; build the functions with: npm run build`,
    );
  });

  test('fails for a code file that is no zip', async () => {
    const codeZip = path.join(directory, 'text.zip');
    writeFileSync(codeZip, 'not a zip');
    await expect(start({ codeZip })).rejects.toThrow(`aws_lambda_function.broken: its code ${codeZip} is not a zip`);
  });

  test('fails for a zip entry with a path outside of the zip', async () => {
    await expect(start({ files: { '../outside.js': '' } })).rejects.toThrow('"../outside.js"');
  });

  test('fails for a runtime other than Node.js', async () => {
    await expect(start({ runtime: 'python3.12' })).rejects.toThrow(
      'aws_lambda_function.broken: the local cloud runs Node.js functions, not "python3.12"',
    );
  });
});
