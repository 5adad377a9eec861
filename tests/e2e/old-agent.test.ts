import { MinimalAgent } from '../support/minimal-agent';
import { MODES, startCloud, type CloudUnderTest } from '../support/tunnel';

describe.each(MODES)('an agent that knows only the old messages, in mode %s,', (mode) => {
  let cloud: CloudUnderTest;
  beforeAll(async () => {
    cloud = await startCloud({ mode });
  });
  afterAll(() => cloud.close());

  test('gets a tunnel with an id of twelve characters and answers requests through it', async () => {
    const agent = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), (request, self) =>
      self.answer(request['request_id'], `${String(request['method'])} ${String(request['uri'])}`),
    );
    expect(agent.tunnel.tunnel_id).toMatch(/^[a-z0-9]{12}$/);
    const reply = await cloud.visit('/path?q=1', {}, agent.tunnel.tunnel_id);
    expect(reply).toMatchObject({ status: 200, text: 'GET /path?q=1' });
    agent.vanish();
  });

  test('receives requests in the old format, and no type of message that it does not know', async () => {
    const agent = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), (request, self) =>
      self.answer(request['request_id'], 'ok'),
    );
    await cloud.visit('/', { method: 'POST', headers: { 'x-twice': ['1', '2'] }, body: 'hi' }, agent.tunnel.tunnel_id);
    agent.send({ type: 'ping' });
    await cloud.visit('/again', {}, agent.tunnel.tunnel_id);
    const types = new Set(agent.received.map((message) => message['type']));
    expect([...types].filter((type) => type !== 'http_request' && type !== 'pong')).toEqual([]);
    expect(agent.received[0]).toMatchObject({
      type: 'http_request',
      request_id: expect.any(String) as unknown,
      method: 'POST',
      uri: '/',
      headers: expect.objectContaining({ 'x-twice': ['1,2'] }) as unknown,
      body: Buffer.from('hi').toString('base64'),
      timestamp: expect.any(Number) as unknown,
    });
    agent.vanish();
  });

  test('may send a response without body and processing time', async () => {
    const agent = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), (request, self) =>
      self.send({ type: 'http_response', request_id: request['request_id'], status_code: 204, headers: {} }),
    );
    expect(await cloud.visit('/', {}, agent.tunnel.tunnel_id)).toMatchObject({ status: 204, text: '' });
    agent.vanish();
  });

  test('does not receive a method that it would drop silently; the visitor gets 501', async () => {
    const agent = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), () => undefined);
    const reply = await cloud.visit('/', { method: 'PROPFIND' }, agent.tunnel.tunnel_id);
    expect(reply.status).toBe(501);
    expect(reply.headers['x-tunnel-error']).toBe('method_not_supported');
    expect(agent.received).toEqual([]);
    agent.vanish();
  });
});
