import { MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from '../../../protocol';
import { AgentFixture } from '../../support/agent-fixture';
import type { FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await fixture.gateway();
  const server = fixture.keep(
    await startLocalServer((request, reply, body) => {
      const size = Number(request.headers['x-size'] ?? 0);
      reply.setHeader('x-received', body.length);
      if (request.headers['x-umlauts']) reply.setHeader('x-umlauts', '\u00fc'.repeat(Number(request.headers['x-umlauts'])));
      reply.end(Buffer.alloc(size, 'z'));
    }),
  );
  await fixture.connected(gateway, server.port);
});

const sized = (bytes: number) => gateway.newest.request({ headers: { host: ['h'], 'x-size': [String(bytes)] } });

describe('a large answer', () => {
  it('is sent as one message of text frames of at most 32 KB', async () => {
    const answer = await sized(90_000);
    expect(answer.type === 'http_response' && Buffer.from(answer.body, 'base64')).toEqual(Buffer.alloc(90_000, 'z'));
    const message = gateway.messages.at(-1);
    expect(message?.opcode).toBe(1);
    expect(message?.frames).toHaveLength(4);
    expect(Math.max(...(message?.frames ?? []))).toBe(MAX_FRAME_BYTES);
  });

  it('is sent as one frame when its message has at most 32 KB', async () => {
    await sized(20_000);
    expect(gateway.messages.at(-1)?.frames).toHaveLength(1);
  });

  it.each([98_304, 98_305, 200_000])(
    'fails with response_too_large at %d bytes when the cloud offers no upload to the bucket',
    async (bytes) => {
      expect(await sized(bytes)).toMatchObject({
        type: 'error',
        code: 'response_too_large',
        message: expect.stringMatching(/does not fit into one message \(about 95 KB\)/) as string,
      });
    },
  );

  it('is accepted up to the size limit of a message, and fails a few bytes above it', async () => {
    const envelope = (await sized(0)) && (gateway.messages.at(-1)?.frames[0] ?? 0);
    // The two messages differ by a few bytes in the length of their size, processing time and date.
    const most = Math.floor((MAX_MESSAGE_BYTES - envelope - 20) / 4) * 3;
    expect((await sized(most)).type).toBe('http_response');
    expect((await sized(most + 30)).type).toBe('error');
  });

  it('is measured in bytes of the message, not in characters', async () => {
    const headers = { host: ['h'], 'x-size': ['92000'], 'x-umlauts': ['8000'] };
    expect(await gateway.newest.request({ headers })).toMatchObject({
      type: 'error',
      code: 'response_too_large',
    });
  });

  it('leaves the connection usable when it is refused', async () => {
    await sized(200_000);
    expect((await sized(10)).type).toBe('http_response');
    expect(gateway.connections).toHaveLength(1);
  });
});

describe('a large request', () => {
  it('reaches the local service with all its bytes', async () => {
    const answer = await gateway.newest.request({
      method: 'POST',
      body: Buffer.alloc(95_000).toString('base64'),
    });
    expect(answer.type === 'http_response' && answer.headers['x-received']).toEqual(['95000']);
  });
});
