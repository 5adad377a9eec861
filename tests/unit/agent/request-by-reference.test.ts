import { MAX_REQUEST_BODY_BYTES } from '../../../protocol';
import { deterministicBytes } from '../../../agent/demo/demo-endpoints';
import { Backoff } from '../../../agent/backoff';
import { BodyBucket } from '../../../agent/body-bucket';
import { AgentFixture } from '../../support/agent-fixture';
import { CANARY_SIGNATURE, FakeBucket } from '../../support/agent-fake-bucket';
import { requestMessage, type AnswerMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const BODY = deterministicBytes(6_000_000);

let gateway: FakeGateway;
let bucket: FakeBucket;
let local: LocalServer;
let received: { body: Buffer; headers: string[] }[];
beforeEach(async () => {
  gateway = await fixture.gateway();
  bucket = fixture.keep(await FakeBucket.start());
  received = [];
  local = fixture.keep(
    await startLocalServer(({ rawHeaders }, reply, body) => {
      received.push({ body, headers: rawHeaders });
      reply.end('got it');
    }),
  );
});

type Ref = ReturnType<FakeBucket['holding']>;
const post = (ref: Ref, fields: Parameters<typeof requestMessage>[0] = {}): Promise<AnswerMessage> =>
  gateway.newest.request({ method: 'POST', body_ref: ref, ...fields });

describe('a request whose body is in the bucket', () => {
  it('reaches the local service with its whole body and Content-Length, over one connection to the bucket', async () => {
    await fixture.connected(gateway, local.port);
    for (let i = 0; i < 3; i += 1) expect(await post(bucket.holding(BODY))).toMatchObject({ type: 'http_response', status_code: 200 });
    expect(received).toHaveLength(3);
    for (const { body, headers } of received) {
      expect(Buffer.compare(body, BODY)).toBe(0);
      expect(headers.slice(-4)).toEqual(['content-length', '6000000', 'Connection', 'keep-alive']);
    }
    expect(bucket.connections).toBe(1);
  });

  it.each([
    ['the connection is cut', 'cut' as const],
    ['the body ends half-way', { bytes: BODY.subarray(0, 3_000_000), declared: BODY.length }],
    ['the bucket answers 503', 503],
    ['the bucket answers 500', 500],
  ])('has its body fetched again when %s', async (_what, fault) => {
    await fixture.connected(gateway, local.port);
    bucket.faults = [fault, fault];
    expect(await post(bucket.holding(BODY))).toMatchObject({ type: 'http_response' });
    expect(bucket.seen).toHaveLength(3);
    expect(Buffer.compare(received[0]?.body ?? Buffer.alloc(0), BODY)).toBe(0);
  });

  it.each([
    ['is damaged', { bytes: Buffer.concat([BODY.subarray(1), Buffer.from('!')]) }, /damaged/],
    ['is too short', { bytes: BODY.subarray(1) }, /does not have the 6000000 bytes/],
    ['is too long', { bytes: Buffer.concat([BODY, BODY]) }, /does not have the 6000000 bytes/],
    ['has an expired URL', 403, /status 403/],
    ['no longer exists', 404, /status 404/],
    ['is redirected to another URL', 307, /status 307/],
  ])('never reaches the local service when its body %s', async (_what, fault, why) => {
    await fixture.connected(gateway, local.port);
    bucket.faults = [fault];
    const answer = await post(bucket.holding(BODY));
    expect(answer).toMatchObject({ type: 'error', code: 'internal_error', message: expect.stringMatching(why) });
    expect(JSON.stringify(answer)).not.toContain(CANARY_SIGNATURE);
    expect(bucket.seen).toHaveLength(1);
    expect(local.connections()).toBe(0);
  });

  it('is refused before its body is fetched when the body is above the size limit of requests', async () => {
    await fixture.connected(gateway, local.port);
    const ref = { ...bucket.holding(BODY), bytes: MAX_REQUEST_BODY_BYTES + 1 };
    expect(await post(ref)).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('the limit is 6291456') });
    expect(bucket.seen).toEqual([]);
  });

  it('fails without a fetch when the URL is not https and the agent allows only https', async () => {
    const strict = new BodyBucket({ allowHttp: false, newBackoff: () => new Backoff(0, 0, () => 0) });
    const failure = await strict.download(bucket.holding(BODY), new AbortController().signal).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'internal_error', message: expect.stringContaining('does not use https') });
    expect((failure as Error).message).not.toContain(CANARY_SIGNATURE);
    expect(bucket.seen).toEqual([]);
  });

  it('counts with the size of its body in the bucket towards the limit of bytes in flight', async () => {
    await fixture.connected(gateway, local.port, { maxBytesInFlight: BODY.length });
    bucket.isStuck = true;
    const held = post(bucket.holding(BODY), { deadline: Date.now() + 2000 });
    await eventually(() => bucket.seen.length === 1);
    expect(await post(bucket.holding(Buffer.from('x')))).toMatchObject({ code: 'busy' });
    expect(await held).toMatchObject({ code: 'timeout' });
  });

  it('fails with timeout at its deadline, and the connection to the bucket is closed', async () => {
    await fixture.connected(gateway, local.port);
    bucket.isStuck = true;
    expect(await post(bucket.holding(BODY), { deadline: Date.now() + 1000 })).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/within (0\.\d+|1) s/),
    });
    await eventually(async () => (await bucket.openConnections()) === 0);
    expect(local.connections()).toBe(0);
  });

  it('fails when the agent stops, and the connection to the bucket is closed', async () => {
    const agent = await fixture.connected(gateway, local.port);
    bucket.isStuck = true;
    const answer = post(bucket.holding(BODY));
    await eventually(() => bucket.seen.length === 1);
    await agent.stop({ graceMs: 50 });
    expect(await answer).toMatchObject({ code: 'internal_error', message: expect.stringContaining('stopped') });
    await eventually(async () => (await bucket.openConnections()) === 0);
    expect(local.connections()).toBe(0);
  });

  it('is fetched and forwarded once when it is delivered twice', async () => {
    await fixture.connected(gateway, local.port);
    const message = requestMessage({ method: 'POST', body_ref: bucket.holding(BODY) });
    gateway.newest.send(message);
    gateway.newest.send(message);
    await eventually(() => gateway.answersTo(message.request_id).length > 0);
    await post(bucket.holding(BODY));
    expect(received).toHaveLength(2);
    expect(bucket.seen).toHaveLength(2);
  });
});
