import type { AgentOptions } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import { FakeBucket } from '../../support/agent-fake-bucket';
import { requestMessage, type AnswerMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { freePort, startLocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

/** A time after which an answer is not on its way any more, in ms. */
const ON_THE_WAY_MS = 20;

let gateway: FakeGateway;
let asked: number;
beforeEach(async () => {
  gateway = await fixture.gateway();
  // The cloud acknowledges no answer that has a ticket.
  gateway.acknowledges = false;
  asked = 0;
});

/** Connects an agent to a service that gives this answer to every request. */
async function tunnelTo(body: string | Buffer, options: Partial<AgentOptions> = {}) {
  const local = fixture.keep(
    await startLocalServer((_request, reply) => {
      asked += 1;
      reply.end(body);
    }),
  );
  return fixture.connected(gateway, local.port, { timing: { onTheWayMs: ON_THE_WAY_MS }, ...options });
}

const ask = (requestId: string): void => gateway.newest.send({ type: 'answer_wanted', request_id: requestId });
/** The answers to a request so far, without what all of them have. */
const marksOf = (requestId: string): Pick<AnswerMessage, 'type' | 'ticket' | 'again' | 'ack'>[] =>
  gateway.answersTo(requestId).map(({ type, ticket, again, ack }) => ({ type, ticket, again, ack }));

describe('a request with a ticket', () => {
  it('is answered with its ticket, and the agent wants no acknowledgement', async () => {
    await tunnelTo('hi');
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    expect(marksOf(String(id))).toEqual([{ type: 'http_response', ticket: 'sealed' }]);
  });

  it('has its ticket returned with an error of the local service, too', async () => {
    await fixture.connected(gateway, await freePort());
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    expect(marksOf(String(id))).toEqual([{ type: 'error', ticket: 'sealed' }]);
  });

  it('has its ticket returned with the error for a malformed request', async () => {
    await tunnelTo('hi');
    const answered = new Promise((resolve) => gateway.once('answer', resolve));
    gateway.newest.socket.send('{"type":"http_request","request_id":"bad","method":"GET","uri":"/","headers":7,"ticket":"sealed"}');
    await answered;
    expect(marksOf('bad')).toEqual([{ type: 'error', ticket: 'sealed' }]);
    expect(asked).toBe(0);
  });

  it('has its ticket returned with the question where to upload a large answer, and with this answer', async () => {
    gateway.bucket = fixture.keep(await FakeBucket.start());
    await tunnelTo(Buffer.alloc(300_000, 'a'));
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    expect(gateway.uploadRequests).toMatchObject([{ request_id: id, ticket: 'sealed' }]);
    expect(marksOf(String(id))).toEqual([{ type: 'http_response', ticket: 'sealed' }]);
  });
});

describe('a large answer for which the cloud knows no waiter, as a receive-message from before the tickets does,', () => {
  const BODY = Buffer.alloc(300_000, 'a');
  let bucket: FakeBucket;
  beforeEach(async () => {
    bucket = gateway.bucket = fixture.keep(await FakeBucket.start());
    gateway.onUploadRequest = ({ request_id: id }) => ({ type: 'ack', request_id: id });
  });
  const uploadRequests = (): number => gateway.uploadRequests.length;

  it('is uploaded when the waiter asks for it and has a row, and is then sent by reference', async () => {
    await tunnelTo(BODY);
    const answering = gateway.newest.request({ request_id: 'large', ticket: 'sealed' });
    await eventually(() => expect(uploadRequests()).toBe(1));
    ask('large');
    await eventually(() => expect(uploadRequests()).toBe(2));
    gateway.onUploadRequest = (message) => bucket.place(message);
    ask('large');
    expect(await answering).toMatchObject({ type: 'http_response', ticket: 'sealed', body_ref: { bytes: 300_000 } });
    expect(bucket.uploads).toHaveLength(1);
    expect(asked).toBe(1);
  });

  it('is not sent when nobody asks for it until the deadline', async () => {
    const agent = await tunnelTo(BODY);
    const finished = new Promise((resolve) => agent.once('request', resolve));
    gateway.newest.send(requestMessage({ request_id: 'left', ticket: 'sealed', deadline: Date.now() + 1500 }));
    await finished;
    expect(uploadRequests()).toBe(1);
    expect(gateway.answersTo('left')).toEqual([]);
  });

  it('is replaced by the error with which the cloud refuses it later', async () => {
    await tunnelTo(BODY);
    const answering = gateway.newest.request({ request_id: 'refused', ticket: 'sealed' });
    await eventually(() => expect(uploadRequests()).toBe(1));
    gateway.onUploadRequest = ({ request_id: id }) => ({ type: 'error', request_id: id, code: 'response_too_large', message: 'no' });
    ask('refused');
    expect(await answering).toMatchObject({ type: 'error', code: 'response_too_large', ticket: 'sealed' });
  });
});

describe('an answer for which the cloud asks', () => {
  it('is sent again, marked, each time, and the local service is not asked again', async () => {
    await tunnelTo('hi');
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    for (let times = 2; times <= 3; times += 1) {
      ask(String(id));
      await eventually(() => expect(gateway.answersTo(String(id))).toHaveLength(times));
    }
    const again = { type: 'http_response', ticket: 'sealed', again: true };
    expect(marksOf(String(id))).toEqual([{ type: 'http_response', ticket: 'sealed' }, again, again]);
    expect(gateway.answersTo(String(id)).map((answer) => answer.type === 'http_response' && answer.body)).toEqual(['aGk=', 'aGk=', 'aGk=']);
    expect(asked).toBe(1);
  });

  it('is sent again over the newer connection after a loss', async () => {
    await tunnelTo('hi');
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    const reconnected = new Promise((resolve) => gateway.once('connection', resolve));
    gateway.newest.socket.terminate();
    await reconnected;
    ask(String(id));
    await eventually(() => expect(marksOf(String(id)).at(-1)).toEqual({ type: 'http_response', ticket: 'sealed', again: true }));
    // The loss alone is no reason to send the answer again.
    expect(marksOf(String(id))).toHaveLength(2);
  });

  it('is sent once when the local service has not answered yet', async () => {
    let answer = (): void => undefined;
    const local = fixture.keep(
      await startLocalServer((_request, reply) => {
        asked += 1;
        answer = () => reply.end('hi');
      }),
    );
    await fixture.connected(gateway, local.port);
    const request = requestMessage({ ticket: 'sealed' });
    const answered = gateway.newest.request(request);
    await eventually(() => expect(asked).toBe(1));
    for (let i = 0; i < 3; i += 1) ask(request.request_id);
    answer();
    await answered;
    expect(marksOf(request.request_id)).toEqual([{ type: 'http_response', ticket: 'sealed' }]);
  });

  it('is nothing when the agent does not know the request', async () => {
    await tunnelTo('hi');
    ask('unknown');
    const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
    expect(gateway.answers.map(({ request_id }) => request_id)).toEqual([id]);
  });
});

it('an agent that is stopped right after an answer still sends the answer again when the cloud asks for it', async () => {
  const agent = await tunnelTo('hi');
  const { request_id: id } = await gateway.newest.request({ ticket: 'sealed' });
  const stopped = agent.stop();
  await eventually(() => expect(gateway.newest.received.map(({ type }) => type)).toContain('draining'));
  ask(String(id));
  await eventually(() => expect(marksOf(String(id)).at(-1)).toEqual({ type: 'http_response', ticket: 'sealed', again: true }));
  await stopped;
});
