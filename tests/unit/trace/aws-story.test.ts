import { awsStory } from '../../../trace/aws-story';
import { storyText } from '../../../trace/story-text';
import type { Segment } from '../../../emulator/xray/segment';
import { standInForAws, type Known, type StandIn } from './aws-stand-in';

const ID = '0b2c7a52-3f0e-4d0c-9a53-7a0e0f3f1a11';
const LAMBDA_ID = '6f2e9a30-1111-4222-8333-444455556666';
const START = Math.floor(Date.now() / 1000) - 60;

/** Lambda's two segments with the function's own inside, as BatchGetTraces gives them. */
function invocation(name: string, traceId: string, at: number, annotations: Record<string, string>): Segment[] {
  const fn = `http-tunnel-staging-${name}`;
  return [
    {
      id: `${name}-service`,
      trace_id: traceId,
      name: fn,
      origin: 'AWS::Lambda',
      start_time: at,
      end_time: at + 0.1,
      aws: { request_id: LAMBDA_ID },
    },
    {
      id: `${name}-function`,
      trace_id: traceId,
      parent_id: `${name}-service`,
      name: fn,
      origin: 'AWS::Lambda::Function',
      start_time: at,
      end_time: at + 0.1,
      subsegments: [
        {
          id: `${name}-invocation`,
          name: 'Invocation',
          start_time: at,
          end_time: at + 0.09,
          subsegments: [
            {
              id: `${name}-handler`,
              name: '## handler',
              start_time: at,
              end_time: at + 0.09,
              annotations,
              subsegments: [
                {
                  id: `${name}-call`,
                  name: 'DynamoDB',
                  start_time: at + 0.01,
                  end_time: at + 0.02,
                  aws: { operation: 'GetItem', table_name: 'http-tunnel-staging-tunnels' },
                },
              ],
            },
          ],
        },
      ],
    },
  ];
}

const KNOWN: Known = {
  traces: {
    one: invocation('forward-request', 'one', START, { requestId: ID, tunnelId: 'demo', mode: 'bus' }),
    two: invocation('receive-message', 'two', START + 0.025, { requestId: ID }),
    three: invocation('process-stream', 'three', START + 0.05, { requestId: ID }),
    four: invocation('forward-request', 'four', START, { requestId: 'another-request' }),
  },
  logs: {
    '/aws/lambda/http-tunnel-staging-forward-request': [
      { timestamp: START * 1000 + 1, message: `START RequestId: ${LAMBDA_ID} Version: $LATEST\n` },
      {
        timestamp: START * 1000 + 40,
        message: `{"level":"WARN","message":"could not read","function_request_id":"${LAMBDA_ID}","requestId":"${ID}"}\n`,
      },
      {
        timestamp: START * 1000 + 80,
        message: `{"timestamp":"t","level":"ERROR","requestId":"${LAMBDA_ID}","message":{"errorType":"TypeError","errorMessage":"boom"}}\n`,
      },
      {
        timestamp: START * 1000 + 90,
        message: `{"time":"t","type":"platform.report","record":{"requestId":"${LAMBDA_ID}","status":"timeout","errorType":"Sandbox.Timedout","metrics":{"durationMs":30000}}}\n`,
      },
      { timestamp: START * 1000 + 95, message: '{"level":"WARN","message":"of another","requestId":"another-request"}' },
    ],
    '/aws/lambda/http-tunnel-staging-receive-message': [],
  },
};

const environment = { ...process.env };
let aws: StandIn;
async function use(known: Known): Promise<void> {
  aws = await standInForAws(known);
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' });
}
afterEach(() => aws.close());
afterAll(() => (process.env = environment));

const options = (more: object = {}) => ({ requestId: ID, env: 'staging', hours: 6, json: false, ...more });

test('awsStory() joins the traces and the log lines of a request over all pages of both', async () => {
  await use(KNOWN);
  const text = storyText(ID, await awsStory(options()));
  expect(text.split('\n').map((line) => line.replace(/^ *\+\S+ ms +(\S+ ms)? */, ''))).toEqual([
    `request ${ID}, ${new Date(START * 1000).toISOString()}, 150.0 ms in total`,
    'forward-request  invocation: tunnel demo, mode bus',
    'forward-request    DynamoDB GetItem tunnels',
    'receive-message  invocation',
    'receive-message    DynamoDB GetItem tunnels',
    'forward-request    “could not read”  ✗',
    'process-stream   invocation',
    'process-stream     DynamoDB GetItem tunnels',
    'forward-request    “TypeError: boom”  ✗',
    'forward-request    “timed out, after 30000 ms”  ✗',
  ]);
});

test('awsStory() searches back in windows of six hours and stops where it finds the request', async () => {
  await use(KNOWN);
  await awsStory(options({ hours: 72 }));
  expect(aws.asked.filter(({ operation }) => operation === '/TraceSummaries').length).toBeLessThanOrEqual(2);
  aws.asked.length = 0;
  await expect(awsStory(options({ requestId: 'not-a-request', hours: 24 }))).rejects.toThrow(
    'has no data about request not-a-request in the last 24 h',
  );
  const windows = aws.asked
    .filter(({ operation }) => operation === '/TraceSummaries')
    .map(({ input }) => Number(input['EndTime']) - Number(input['StartTime']));
  expect(windows).toEqual([21600, 21600, 21600, 21600]);
});

test('the story of a request that X-Ray has not sampled has only log lines, and says so', async () => {
  await use({ ...KNOWN, traces: {} });
  const text = storyText(ID, await awsStory(options()));
  expect(text).toContain('log lines only: X-Ray has no sample of this request');
  expect(text).toContain('“could not read”');
});

test.each(['xray', 'logs'] as const)(
  'a service that does not answer (%s) is reported in one line instead of waited for',
  async (silent) => {
    await use({ ...KNOWN, silent });
    await expect(awsStory(options(), { callMs: 300 })).rejects.toThrow(
      /^AWS in \S+ does not answer \(a request has exceeded .* 300 ms .*\): try again$/,
    );
  },
);

test('a refusal by AWS becomes an error of one line that names the needed credentials', async () => {
  await use({ ...KNOWN, refusal: 'User: arn:aws:iam::1:user/x is not authorized to perform: xray:GetTraceSummaries' });
  await expect(awsStory(options())).rejects.toThrow(
    /^AWS refuses the call: .*not authorized.*; use credentials that may read X-Ray and CloudWatch Logs$/,
  );
});
