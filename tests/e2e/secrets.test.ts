import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { eventually } from '../support/eventually';
import { MODES, startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

/** One secret for each place where a visitor, a local service or an agent keeps private data. */
const CANARIES = {
  authorization: 'canary-authorization-5f1d',
  cookie: 'canary-cookie-a83c',
  query: 'canary-query-77b0',
  header: 'canary-header-2e49',
  requestBody: 'canary-request-body-91fe',
  responseBody: 'canary-response-body-c0d6',
  responseHeader: 'canary-response-header-3b8a',
  setCookie: 'canary-set-cookie-e412',
  password: 'canary-password-04d7',
  wrongPassword: 'canary-wrong-password-9b21',
  bearerToken: 'canary-bearer-token-of-24-characters-d55c',
  malformedMessage: 'canary-malformed-message-6a0f',
  agentError: 'canary-agent-error-1c93',
  refusedToken: 'canary-refused-token-8e37',
};
const TOKEN_KEY = 'canary-token-key-of-at-least-32-bytes-72fa';

/** The secret itself, and the middle part of its base64 text for each possible offset. */
const disguises = (secret: string): string[] => [
  secret,
  ...[0, 1, 2].map((offset) =>
    Buffer.from(`${' '.repeat(offset)}${secret}`)
      .toString('base64')
      .slice(4, -4),
  ),
];

describe.each(MODES)('in mode %s', (mode) => {
  let under: CloudUnderTest;
  let service: Server;
  /** Events that were sent to the bus. */
  const events: unknown[] = [];
  beforeAll(async () => {
    // Functions log at the most detailed level.
    under = await startCloud({
      mode,
      traces: true,
      tokenKey: TOKEN_KEY,
      environment: (environment) => ({ ...environment, logLevel: 'DEBUG' }),
      intercept: ({ operation, input }, next) => {
        if (operation === 'PutEvents') events.push(input);
        return next();
      },
    });
    service = createServer((request, response) => {
      request.resume();
      response.setHeader('x-answer', CANARIES.responseHeader);
      response.setHeader('set-cookie', `session=${CANARIES.setCookie}`);
      if (request.url?.startsWith('/broken')) request.socket.destroy();
      else response.end(CANARIES.responseBody.padEnd(request.url === '/large' ? 200_000 : 0, '.'));
    });
  });
  afterAll(async () => {
    await under.close();
    service.close();
  });

  const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`ann:${password}`).toString('base64')}` });

  test('no log, metric, trace, event, failure queue or remaining row contains a secret that passed through the tunnel', async () => {
    const token = await under.token();
    const agent = await under.agent({ target: { port: await listenOnAnyPort(service) }, token });
    const visit = (path: string) =>
      under.visit(`${path}?token=${CANARIES.query}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${CANARIES.authorization}`,
          cookie: `session=${CANARIES.cookie}`,
          'x-mine': CANARIES.header,
        },
        body: CANARIES.requestBody,
      });

    const answer = await visit('/');
    expect(answer.text).toBe(CANARIES.responseBody);
    expect((await visit('/broken')).status).toBe(502);
    const largeAnswer = await under.visit('/large', { method: 'POST', body: CANARIES.requestBody.padEnd(200_000, '.') });
    expect(largeAnswer.body).toHaveLength(200_000);
    await agent.stop({ graceMs: 100 });
    expect((await visit('/')).status).toBe(502);

    await beRefused(token);
    const tickets = await ticketsOf(token);

    const { queues, spec, dynamodb } = under.cloud.services;
    const kept = spec.queues.flatMap(({ arn }) => queues.messages(arn));
    const rows = await dynamodb.scan(tableOf(under.cloud, 'tunnels'));
    await under.noPendingRows();
    const emitted = JSON.stringify([under.logs, kept, events, rows, under.traces.segments()]);
    if (mode === 'bus') expect(events).not.toEqual([]);
    expect(emitted).toContain('passwords');
    expect(under.traces.segments().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['## handler', 'DynamoDB', 'ApiGatewayManagementApi']),
    );
    // Each function that logs about a request has written a line.
    for (const name of ['forward-request', 'receive-message', 'authorize-agent'])
      expect(under.logs.some(({ functionName }) => functionName.endsWith(name))).toBe(true);
    expect(emitted).toContain('requestId');
    if (mode === 'direct') expect(tickets).toHaveLength(2);
    const emittedOutsideTables = JSON.stringify([under.logs, kept, events, under.traces.segments()]);
    const secretsOfKeys = [...JSON.stringify(rows).matchAll(/"secret":\{"B":"([^"]+)"/g)].map(([, secret = '']) => secret);
    if (mode === 'direct') expect(secretsOfKeys).toHaveLength(1);
    expect([...tickets, ...secretsOfKeys].filter((secret) => emittedOutsideTables.includes(secret))).toEqual([]);
    const found = Object.entries({ ...CANARIES, token, tokenKey: TOKEN_KEY }).filter(([, secret]) =>
      disguises(secret).some((disguise) => emitted.includes(disguise)),
    );
    expect(found.map(([place]) => place)).toEqual([]);
    // A signed URL of the body bucket gives access to the body.
    expect(emitted).not.toContain('X-Amz-Signature');
  });

  /** Makes every kind of request and message that is refused or not understood. */
  async function beRefused(token: string): Promise<void> {
    const { password, wrongPassword, bearerToken, refusedToken, malformedMessage, agentError } = CANARIES;
    const access = { basicAuth: [`ann:${password}`], bearerTokens: [bearerToken] };
    const port = (service.address() as AddressInfo).port;
    await under.agent({ name: 'closed', target: { port }, access });
    const statuses = [];
    for (const headers of [basic(wrongPassword), basic(password), { authorization: `Bearer ${bearerToken}` }]) {
      statuses.push((await under.visit('/', { headers }, 'closed')).status);
    }
    expect(statuses).toEqual([401, 200, 200]);
    await expect(under.agent({ target: { port }, token: refusedToken })).rejects.toMatchObject({ status: 401 });

    const clumsy = await MinimalAgent.connect(under.agentEndpoint, token, (request, self) => {
      self.send({ type: 'http_response', request_id: request['request_id'], status_code: malformedMessage, headers: malformedMessage });
      self.send({ type: malformedMessage });
      self.send({ type: 'error', request_id: request['request_id'], code: 'internal_error', message: agentError });
    });
    expect((await under.visit('/', {}, clumsy.tunnel.tunnel_id)).status).toBe(502);
    await eventually(() => expect(clumsy.received.filter(({ code }) => code === 'invalid_request')).toHaveLength(2));
    clumsy.vanish();
  }

  /** Visits an agent that returns its tickets in good messages, in damaged ones and in malformed ones. @returns the tickets; none where requests have rows */
  async function ticketsOf(token: string): Promise<string[]> {
    const tickets: string[] = [];
    const capable = await MinimalAgent.connect(
      under.agentEndpoint,
      token,
      ({ request_id, ticket }, self) => {
        if (typeof ticket === 'string') tickets.push(ticket);
        self.send({ type: 'http_response', request_id, status_code: 'malformed', headers: {}, ticket });
        self.answer(request_id, 'damaged', 200, { ticket: `x${String(ticket)}` });
        self.answer(request_id, 'again', 200, { ticket, again: true });
      },
      {},
      ['tickets'],
    );
    for (let i = 0; i < 2; i++) expect((await under.visit('/', {}, capable.tunnel.tunnel_id)).status).toBe(200);
    capable.vanish();
    return tickets;
  }
});
