import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_RESPONSE_BODY_BYTES, type UploadUrlMessage } from '../../../protocol';
import { deterministicBytes } from '../../../agent/demo/demo-endpoints';
import type { AgentOptions, RequestSummary } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import { CANARY_SIGNATURE, FakeBucket, refOf } from '../../support/agent-fake-bucket';
import { requestMessage, type AnswerMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const BODY = deterministicBytes(4_000_000);

let gateway: FakeGateway;
let bucket: FakeBucket;
let asked: number;
beforeEach(async () => {
  gateway = await fixture.gateway();
  bucket = gateway.bucket = fixture.keep(await FakeBucket.start());
  asked = 0;
});
// No test may leave a temporary file behind, neither with a name nor without one.
afterEach(() => eventually(() => spoolFiles().length === 0));

/** Connects an agent to a service that gives this answer to every request. */
async function tunnelTo(body: Buffer, options: Partial<AgentOptions> = {}) {
  const local = fixture.keep(
    await startLocalServer((_request, reply) => {
      asked += 1;
      reply.writeHead(200, { 'content-type': 'application/octet-stream' }).end(body);
    }),
  );
  return fixture.connected(gateway, local.port, options);
}

/** The agent's temporary files, including open files whose names were removed. */
function spoolFiles(): string[] {
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  return open.filter((path) => path.startsWith(join(tmpdir(), 'http-tunnel-')));
}

const expectUploaded = (answer: AnswerMessage, body = BODY): void => {
  expect(answer).toMatchObject({ type: 'http_response', status_code: 200, body: '', body_ref: refOf(body), ack: true });
  const last = bucket.uploads.at(-1);
  expect(last && Buffer.compare(last.body, body)).toBe(0);
};

describe('an answer that does not fit into a message', () => {
  it('is uploaded to the bucket with the signed length and checksum, and then announced by reference', async () => {
    await tunnelTo(BODY);
    const answer = await gateway.newest.request();
    expectUploaded(answer);
    expect(gateway.uploadRequests).toEqual([{ type: 'upload_request', request_id: answer.request_id, ...refOf(BODY) }]);
    expect(bucket.uploads).toHaveLength(1);
    const { headers } = bucket.uploads[0] ?? {};
    expect(headers).toEqual({
      'content-length': '4000000',
      'x-amz-checksum-sha256': refOf(BODY).sha256,
      host: expect.stringContaining('127.0.0.1'),
      connection: 'keep-alive',
    });
  });

  it('is uploaded even if it has the largest allowed size', async () => {
    const most = Buffer.alloc(MAX_RESPONSE_BODY_BYTES, 'm');
    await tunnelTo(most);
    expectUploaded(await gateway.newest.request(), most);
  });

  it('is kept in an unnamed temporary file during its upload', async () => {
    bucket.isStuck = true;
    const agent = await tunnelTo(BODY);
    const answer = gateway.newest.request();
    await eventually(() => bucket.seen.length === 1);
    expect(spoolFiles()).toEqual([expect.stringContaining('(deleted)')]);
    await agent.stop({ graceMs: 0 });
    expect(await answer).toMatchObject({ code: 'internal_error' });
    await eventually(() => spoolFiles().length === 0);
  });

  it('does not delay the upload of other answers', async () => {
    bucket.isStuck = true;
    const agent = await tunnelTo(BODY);
    const answers = Array.from({ length: 5 }, () => gateway.newest.request());
    await eventually(() => bucket.seen.length === 5 && spoolFiles().length === 5);
    await agent.stop({ graceMs: 0 });
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ code: 'internal_error' });
  });

  it('is reported with path, status and size, like any other answer', async () => {
    const agent = await tunnelTo(BODY);
    const summary = new Promise<RequestSummary>((resolve) => agent.once('request', resolve));
    await gateway.newest.request({ uri: '/file' });
    expect(await summary).toMatchObject({ path: '/file', status: 200, bytes: 4_000_000 });
  });
});

describe('the upload request for a body', () => {
  it('is sent again until the cloud answers it', async () => {
    let lost = 2;
    gateway.onUploadRequest = (message) => (lost-- > 0 ? undefined : bucket.place(message));
    await tunnelTo(BODY, { timing: { resendMs: 20 } });
    expectUploaded(await gateway.newest.request());
    // The number is higher if the answer to the third upload request comes late.
    expect(gateway.uploadRequests.length).toBeGreaterThanOrEqual(3);
  });

  it('leads to a single upload when the cloud answers it several times', async () => {
    gateway.onUploadRequest = (message) => {
      gateway.newest.send(bucket.place(message));
      gateway.newest.send(bucket.place(message));
      return bucket.place(message);
    };
    await tunnelTo(BODY);
    expectUploaded(await gateway.newest.request());
    expect(bucket.seen).toHaveLength(1);
  });

  it('is sent over the next connection when the first connection is lost', async () => {
    let isFirst = true;
    gateway.onUploadRequest = (message) => {
      if (!isFirst) return bucket.place(message);
      isFirst = false;
      gateway.newest.socket.terminate();
      return undefined;
    };
    await tunnelTo(BODY);
    expectUploaded(await gateway.newest.request());
    expect(gateway.connections).toHaveLength(2);
    expect(asked).toBe(1);
  });

  it('is not repeated when the connection is lost during the upload, and the answer goes over the next connection', async () => {
    gateway.onUploadRequest = (message) => {
      setImmediate(() => gateway.newest.socket.terminate());
      return bucket.place(message);
    };
    await tunnelTo(BODY);
    expectUploaded(await gateway.newest.request());
    expect(gateway.connections).toHaveLength(2);
    expect(gateway.uploadRequests).toHaveLength(1);
  });

  it("is not repeated after the deadline of the visitor's request", async () => {
    gateway.onUploadRequest = () => undefined;
    await tunnelTo(BODY, { timing: { resendMs: 20 } });
    const answer = await gateway.newest.request({ deadline: Date.now() + 1000 });
    expect(answer).toMatchObject({ code: 'timeout' });
    const questions = (): number => gateway.uploadRequests.filter(({ request_id }) => request_id === answer.request_id).length;
    const count = questions();
    await gateway.newest.request({ deadline: Date.now() + 1000 });
    expect(questions()).toBe(count);
  });

  it('fails with the error of the cloud when the cloud refuses the upload', async () => {
    gateway.onUploadRequest = ({ request_id }) => ({ type: 'error', request_id, code: 'response_too_large', message: 'not here' });
    await tunnelTo(BODY);
    expect(await gateway.newest.request()).toMatchObject({ code: 'response_too_large', message: expect.stringContaining('not here') });
    expect(bucket.seen).toEqual([]);
  });

  it('fails with the size limit of a message when an older cloud does not understand it', async () => {
    delete gateway.bucket;
    await tunnelTo(BODY);
    expect(await gateway.newest.request()).toMatchObject({ code: 'response_too_large', message: expect.stringContaining('95 KB') });
  });

  it('is followed by neither upload nor answer when the cloud acknowledges it because nobody waits any more', async () => {
    gateway.onUploadRequest = ({ request_id }) => ({ type: 'ack', request_id });
    const agent = await tunnelTo(BODY);
    const finished = new Promise((resolve) => agent.once('request', resolve));
    const message = requestMessage();
    gateway.newest.send(message);
    await finished;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(gateway.answersTo(message.request_id)).toEqual([]);
    expect(gateway.uploadRequests).toHaveLength(1);
    expect(bucket.seen).toEqual([]);
  });
});

describe('the upload of a body', () => {
  it.each([
    ['cuts the connection', 'cut' as const],
    ['fails with status 500', 500],
    ['is overloaded with status 503', 503],
    ['times out with status 408', 408],
  ])('is tried again with the same URL when the bucket %s', async (_what, fault) => {
    bucket.faults = [fault, fault];
    await tunnelTo(BODY);
    expectUploaded(await gateway.newest.request());
    expect(bucket.seen).toHaveLength(3);
    expect(new Set(bucket.seen).size).toBe(1);
    expect(gateway.uploadRequests).toHaveLength(1);
  });

  it('uses a second URL when the first URL has expired, but no third URL', async () => {
    await tunnelTo(BODY);
    bucket.faults = [403];
    expectUploaded(await gateway.newest.request());
    expect(new Set(bucket.seen).size).toBe(2);
    bucket.faults = [403, 403];
    expect(await gateway.newest.request()).toMatchObject({ code: 'internal_error', message: expect.stringContaining('status 403') });
    expect(gateway.uploadRequests).toHaveLength(4);
  });

  it.each([400, 404, 307])('fails at status %d, and the error does not contain the signature of the URL', async (status) => {
    bucket.faults = [status];
    await tunnelTo(BODY);
    const answer = await gateway.newest.request();
    expect(answer).toMatchObject({ code: 'internal_error', message: expect.stringContaining(`status ${status}`) });
    expect(JSON.stringify(answer)).not.toContain(CANARY_SIGNATURE);
    expect(bucket.seen).toHaveLength(1);
  });

  it('fails when the cloud names an invalid header field for it', async () => {
    gateway.onUploadRequest = (message): UploadUrlMessage => ({ ...bucket.place(message), headers: { 'x-bad': 'a\r\nb' } });
    await tunnelTo(BODY);
    expect(await gateway.newest.request()).toMatchObject({ code: 'internal_error', message: expect.stringContaining('ERR_INVALID_CHAR') });
  });

  it('ends when the cloud says that nobody waits for the answer', async () => {
    bucket.isStuck = true;
    const agent = await tunnelTo(BODY);
    let isFinished = false;
    agent.once('request', () => (isFinished = true));
    const message = requestMessage();
    gateway.newest.send(message);
    await eventually(() => bucket.seen.length === 1);
    gateway.newest.send({ type: 'ack', request_id: message.request_id });
    await eventually(() => isFinished);
    await eventually(async () => (await bucket.openConnections()) === 0);
  });

  it('is completed before a stopping agent ends', async () => {
    const agent = await tunnelTo(BODY, { timing: { stopLingerMs: 0 } });
    let stopped: Promise<void> | undefined;
    gateway.onUploadRequest = (message) => {
      stopped = agent.stop();
      return bucket.place(message);
    };
    expectUploaded(await gateway.newest.request());
    await stopped;
    // This is much sooner than an idle connection would close by itself.
    await eventually(async () => (await bucket.openConnections()) === 0);
  });

  it('is cut off when the grace of a stopping agent is over', async () => {
    bucket.isStuck = true;
    const agent = await tunnelTo(BODY);
    const answer = gateway.newest.request();
    await eventually(() => bucket.seen.length === 1);
    // The bucket never answers, so only the end of the grace can end the upload.
    await agent.stop({ graceMs: 50 });
    expect(await answer).toMatchObject({ code: 'internal_error', message: expect.stringContaining('stopped') });
    await eventually(async () => (await bucket.openConnections()) === 0);
  });
});
