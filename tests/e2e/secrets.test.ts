import { createServer, type Server } from 'node:http';
import { listenOnAnyPort } from '../support/listen';
import { MODES, startCloud, type CloudUnderTest } from '../support/tunnel';

/** One for each place where a visitor, a local service or an agent keeps what is nobody else's business. */
const CANARIES = {
  authorization: 'canary-authorization-5f1d',
  cookie: 'canary-cookie-a83c',
  query: 'canary-query-77b0',
  header: 'canary-header-2e49',
  requestBody: 'canary-request-body-91fe',
  responseBody: 'canary-response-body-c0d6',
  responseHeader: 'canary-response-header-3b8a',
  setCookie: 'canary-set-cookie-e412',
};

/** As it is, and as the middle of it looks in base64, wherever it begins. */
const disguises = (secret: string): string[] => [
  secret,
  ...[0, 1, 2].map((offset) => Buffer.from(`${' '.repeat(offset)}${secret}`).toString('base64').slice(4, -4)),
];

describe.each(MODES)('in mode %s', (mode) => {
  let under: CloudUnderTest;
  let service: Server;
  beforeAll(async () => {
    // Functions say the most they ever say.
    under = await startCloud({ mode, environment: (environment) => ({ ...environment, logLevel: 'DEBUG' }) });
    service = createServer((request, response) => {
      request.resume();
      response.setHeader('x-answer', CANARIES.responseHeader);
      response.setHeader('set-cookie', `session=${CANARIES.setCookie}`);
      if (request.url?.startsWith('/broken')) request.socket.destroy();
      else response.end(CANARIES.responseBody);
    });
  });
  afterAll(async () => {
    await under.close();
    service.close();
  });

  test('nothing that functions log, measure or trace, and no failure that is kept, holds what passed through', async () => {
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
    expect((await visit('/broken')).status).toBe(503);
    await agent.stop({ graceMs: 100 });
    expect((await visit('/')).status).toBe(502);

    const { queues, spec, traces } = under.cloud.services;
    const kept = spec.queues.flatMap(({ arn }) => queues.messages(arn));
    const emitted = JSON.stringify([under.logs, kept, traces.segments()]);
    expect(traces.segments().map(({ name }) => name)).toEqual(expect.arrayContaining(['## handler', 'DynamoDB', 'ApiGatewayManagementApi']));
    // Each function that has something to say about a request has said it.
    for (const name of ['forward-request', 'receive-message', 'authorize-agent'])
      expect(under.logs.some(({ functionName }) => functionName.endsWith(name))).toBe(true);
    expect(emitted).toContain('requestId');
    const found = Object.entries({ ...CANARIES, token }).filter(([, secret]) =>
      disguises(secret).some((disguise) => emitted.includes(disguise)),
    );
    expect(found.map(([place]) => place)).toEqual([]);
  });
});
