import { prefixHint } from '../../../agent/prefix-hint';
import { AgentFixture } from '../../support/agent-fixture';
import { startLocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const BELOW = { 'x-forwarded-prefix': ['/demo'] };
const digest = (...challenges: string[]) => ({ 'www-authenticate': challenges });

test.each([['Digest realm="x", nonce="y"'], ['digest realm="x"'], ['Basic realm="x", Digest realm="y", nonce="z"']])(
  'a service that asks for %s below a path prefix gives reason for a hint, which names a form of address that works',
  (challenge) => {
    expect(prefixHint(BELOW, digest(challenge))).toMatch(/Digest .* \/demo: visit the tunnel at a host of its own/);
  },
);

test.each([
  ['Digest at a host of its own', {}, digest('Digest realm="x"')],
  ['Basic', BELOW, digest('Basic realm="digest"')],
  ['nothing', BELOW, {}],
])('a service that asks for %s gives no reason for a hint', (_what, request, response) => {
  expect(prefixHint(request, response)).toBeUndefined();
});

test('the agent gives the hint once', async () => {
  const gateway = await fixture.gateway();
  const server = fixture.keep(await startLocalServer((_request, reply) => reply.writeHead(401, digest('Digest realm="x"')).end()));
  const warnings: string[] = [];
  const agent = fixture.agent(gateway, server.port);
  agent.on('warning', (text) => warnings.push(text));
  await agent.start();
  for (let request = 0; request < 2; request++) await gateway.newest.request({ headers: BELOW });
  expect(warnings).toEqual([expect.stringContaining('HTTP Digest')]);
});
