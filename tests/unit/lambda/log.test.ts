import { eventually } from '../../support/eventually';
import { startLambda } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';

/** The line that Powertools' Metrics writes through its own Console (as in Lambda, without POWERTOOLS_DEV). */
const EMF = {
  _aws: {
    Timestamp: 1,
    CloudWatchMetrics: [{ Namespace: 'HTTPTunnel/local', Dimensions: [['service']], Metrics: [{ Name: 'Wakes' }] }],
  },
  Wakes: 1,
};

const FUNCTIONS = {
  talks: `process.stdout.write('loaded\\n');
    const { Console } = require('node:console');
    const own = new Console({ stdout: process.stdout, stderr: process.stderr });
    exports.handler = async () => {
      console.log('took %d ms', 5, { a: 1 });
      console.warn('two\\nlines');
      console.error(new Error('boom').message);
      own.log(JSON.stringify(${JSON.stringify(EMF)}));
      process.stderr.write('to stderr\\n');
      process.stdout.write('no line end');
      process.stdout.write(' yet\\n');
    };`,
  fails: `exports.handler = async () => { throw Object.assign(new Error('boom'), { code: 'E_BOOM' }); };`,
  slow: {
    timeoutMs: 500,
    files: {
      'index.js': `exports.handler = async () => { console.log('begun'); await new Promise(() => setInterval(() => {}, 10)); };`,
    },
  },
  crashes: `exports.handler = async () => { console.log('last words'); process.exit(1); };`,
};

let lambda: LambdaFixture;
beforeEach(async () => {
  lambda = await startLambda(FUNCTIONS);
});
afterEach(() => lambda.close());

/** Runs a function once and returns the log of that invocation. */
async function logOf(name: string): Promise<string[]> {
  const runs = lambda.records.length;
  await lambda.invoke(name);
  await eventually(() => lambda.records.length === runs + 1);
  const { requestId, environmentId } = lambda.records[runs]!;
  const lines = lambda.lines.filter((line) => line.requestId === requestId);
  expect(lines.every((line) => line.functionName === name && line.environmentId === environmentId)).toBe(true);
  return lines.map(({ text }) => text.replaceAll(requestId, 'ID').replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME'));
}

test('the output of a function is logged in order between START and REPORT, and EMF lines stay unchanged', async () => {
  const log = await logOf('talks');
  expect(log.filter((line) => line !== 'to stderr')).toEqual([
    'START RequestId: ID Version: $LATEST',
    'TIME\tID\tINFO\ttook 5 ms { a: 1 }',
    'TIME\tID\tWARN\ttwo\nlines',
    'TIME\tID\tERROR\tboom',
    JSON.stringify(EMF),
    'no line end yet',
    'END RequestId: ID',
    expect.stringMatching(
      /^REPORT RequestId: ID\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms$/,
    ),
  ]);
  expect(log).toContain('to stderr');
});

test('output during init is logged without a request id', async () => {
  await lambda.invoke('talks');
  expect(lambda.lines.find(({ text }) => text === 'loaded')).toMatchObject({
    functionName: 'talks',
    requestId: undefined,
  });
});

test('a cold start is billed with its init time, and a warm invocation has no init time', async () => {
  await logOf('talks');
  const [cold] = lambda.records;
  expect(cold?.billedMs).toBe(Math.ceil((cold?.durationMs ?? 0) + (cold?.initMs ?? 0)));
  expect(cold?.initMs).toBeGreaterThan(1);
  const report = (await logOf('talks')).at(-1);
  expect(report).not.toContain('Init Duration');
  const warm = lambda.records.at(-1);
  expect(warm).toMatchObject({
    coldStart: false,
    initMs: undefined,
    billedMs: Math.ceil(warm?.durationMs ?? 0),
  });
});

test('a thrown error is logged by the runtime, and the REPORT line has no Status', async () => {
  const log = await logOf('fails');
  const line = log.find((text) => text.startsWith('TIME\tID\tERROR\tInvoke Error \t'));
  expect(JSON.parse(line?.split('\t').at(-1) ?? '')).toMatchObject({
    errorType: 'Error',
    errorMessage: 'boom',
    code: 'E_BOOM',
    stack: expect.any(Array) as unknown,
  });
  expect(log.at(-1)).not.toContain('Status');
});

test('a time-out is logged, and the REPORT line has the whole time-out as its duration', async () => {
  const log = await logOf('slow');
  expect(log).toContain('TIME\tID\tINFO\tbegun');
  expect(log).toContain('TIME ID Task timed out after 0.50 seconds');
  expect(log.at(-1)).toMatch(/\tDuration: 500\.00 ms\t.*Max Memory Used: \d+ MB\t.*\tStatus: timeout$/);
});

test('the output of a function before a crash is logged', async () => {
  const log = await logOf('crashes');
  expect(log).toContain('TIME\tID\tINFO\tlast words');
  expect(log.at(-1)).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError$/);
});
