import type { AgentMessage } from '../../../protocol';
import { eventually } from '../../support/eventually';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage, type AnswerMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await fixture.gateway();
});

const types = (messages: readonly AgentMessage[]): string[] => messages.map(({ type }) => type);

describe('the rotation of an old connection', () => {
  it('establishes the new connection before the old connection is drained and closed with code 1000', async () => {
    const local = fixture.keep(await startLocalServer((_request, reply) => reply.end('ok')));
    const agent = await fixture.connected(gateway, local.port, { timing: { rotateAfterMs: 150 } });
    const events: string[] = [];
    agent.on('connected', () => events.push('connected')).on('disconnected', () => events.push('disconnected'));
    const [old] = gateway.connections;
    let drainedAfter: string[] | undefined;
    old?.socket.on('message', () => (drainedAfter ??= types(gateway.newest.received)));

    expect(await old?.closed).toBe(1000);
    expect(types(old?.received ?? [])).toEqual(['ready', 'draining']);
    expect(drainedAfter).toEqual(['ready']);
    // On a busy machine, the new connection may have reached its rotation as well.
    expect(gateway.namesAsked.slice(0, 2)).toEqual([null, gateway.tunnelId]);
    expect(events).toEqual([]);
  });

  it('loses no request in flight and no request that arrives on the old connection meanwhile', async () => {
    const finish: (() => void)[] = [];
    const local = fixture.keep(
      await startLocalServer((request, reply) => {
        if (request.url === '/slow') finish.push(() => reply.end('slow'));
        else reply.end('ok');
      }),
    );
    await fixture.connected(gateway, local.port, { timing: { rotateAfterMs: 100, lingerMs: 300 } });
    const old = gateway.newest;
    const slow = old.request({ uri: '/slow' });
    await eventually(() => types(old.received).includes('draining'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await old.request()).type).toBe('http_response');
    expect((await gateway.newest.request()).type).toBe('http_response');
    finish[0]?.();
    expect((await slow).type).toBe('http_response');
    expect(await old.closed).toBe(1000);
  });

  it('keeps the old connection open for a time, so that a request that the cloud sends after draining is answered', async () => {
    const local = fixture.keep(await startLocalServer((_request, reply) => reply.end('ok')));
    await fixture.connected(gateway, local.port, { timing: { rotateAfterMs: 60, lingerMs: 1000 } });
    const old = gateway.newest;
    const answer = new Promise<AnswerMessage>((resolve) => {
      old.socket.on('message', () => {
        if (old.received.at(-1)?.type === 'draining') resolve(old.request());
      });
    });
    expect((await answer).type).toBe('http_response');
    expect(await old.closed).toBe(1000);
  });

  it('does not close the old connection before its requests are answered', async () => {
    const finish: (() => void)[] = [];
    const local = fixture.keep(await startLocalServer((_request, reply) => finish.push(() => reply.end('ok'))));
    await fixture.connected(gateway, local.port, { timing: { rotateAfterMs: 60, lingerMs: 0 } });
    const old = gateway.newest;
    old.send(requestMessage());
    await eventually(() => types(old.received).includes('draining'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(old.socket.readyState).toBe(1);
    finish[0]?.();
    expect(await old.closed).toBe(1000);
  });

  it('keeps the old connection while the cloud refuses new connections', async () => {
    const local = fixture.keep(await startLocalServer((_request, reply) => reply.end('ok')));
    const agent = await fixture.connected(gateway, local.port, { timing: { rotateAfterMs: 60 } });
    const warnings: string[] = [];
    agent.on('warning', (text) => warnings.push(text));
    gateway.refusals = Array<{ status: number }>(10_000).fill({ status: 500 });
    const old = gateway.newest;
    await eventually(() => warnings.length >= 2);
    expect(warnings[0]).toMatch(/could not be replaced: .*HTTP 500/);
    expect((await old.request()).type).toBe('http_response');
    gateway.refusals = [];
    expect(await old.closed).toBe(1000);
  });
});
