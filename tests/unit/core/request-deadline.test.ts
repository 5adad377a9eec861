import type { ForwardOptions } from '../../../functions/core/forward-options';
import { forwardRequest } from '../../../functions/core/forward-request';
import type { RequestOutcome } from '../../../functions/core/pending-request';
import type { PostResult } from '../../../functions/core/tunnel-agent';
import { bodyRefOf } from '../../../protocol';
import { alwaysAt, cloud, OK, TUNNEL } from '../../support/forward-fixture';

describe('a request with less than half a second left before its deadline', () => {
  const agentsAt = (posts: number[], results: PostResult[], now: () => number): ForwardOptions['agents'] => ({
    tell: async () => undefined,
    post: async () => {
      posts.push(now());
      return results.shift() ?? 'sent';
    },
  });

  test('is not sent to the agent, leaves no row and gets deadline_exceeded', async () => {
    const { log, pending, options, request } = cloud({ outcome: OK });
    const late = { ...request, arrivedAt: request.arrivedAt - 27_501 };
    await expect(forwardRequest('r1', late, options)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect(log.filter((line) => line.startsWith('post'))).toEqual([]);
    expect(pending.rows.size).toBe(0);
  });

  test('is sent when exactly half a second is left', async () => {
    const { options, request } = cloud({ outcome: OK });
    await expect(forwardRequest('r1', { ...request, arrivedAt: request.arrivedAt - 27_500 }, options)).resolves.toMatchObject({
      status: 200,
    });
  });

  test('is not sent when the row took too long to put, and the row is removed', async () => {
    const { clock, log, pending, options, request } = cloud({ outcome: OK });
    const put = pending.put.bind(pending);
    jest.spyOn(pending, 'put').mockImplementation(async (row) => {
      await clock.sleep(1000);
      await put(row);
    });
    const refused = expect(forwardRequest('r1', { ...request, arrivedAt: request.arrivedAt - 27_000 }, options)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    await clock.advance(1000);
    await refused;
    expect(log.filter((line) => line.startsWith('post'))).toEqual([]);
    expect(pending.rows.size).toBe(0);
  });

  test('is not sent again to an agent that has reconnected', async () => {
    const posts: number[] = [];
    const { clock, options, request } = cloud();
    const slow = { ...options, agents: agentsAt(posts, ['gone'], () => clock.now()) };
    const tunnels = alwaysAt(100, async () => {
      if (posts.length > 0) await clock.sleep(1000);
      return { ...TUNNEL, connectionId: posts.length > 0 ? 'c2' : 'c1' };
    });
    const refused = expect(
      forwardRequest('r1', { ...request, arrivedAt: request.arrivedAt - 27_000 }, { ...slow, tunnels }),
    ).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(1000);
    await refused;
    expect(posts).toHaveLength(1);
  });
});

describe('a service that hangs', () => {
  const forever = () => new Promise<never>(() => undefined);

  test.each<[string, (under: ReturnType<typeof cloud>) => Partial<ForwardOptions>]>([
    ['the look-up of the tunnel', () => ({ tunnels: alwaysAt(100, forever) })],
    ['the put of the row', ({ pending }) => ({ pending: Object.assign(pending, { put: forever }) })],
    ['the wake channel', () => ({ wakes: { subscribe: forever } })],
    ['the post to the agent', () => ({ agents: { tell: async () => undefined, post: forever } })],
  ])('in %s delays deadline_exceeded by less than a second', async (_, hanging) => {
    const under = cloud();
    const { clock, options, request } = under;
    let error: unknown;
    void forwardRequest('r1', request, { ...options, ...hanging(under) }).catch((refused: unknown) => (error = refused));
    await clock.advance(27_999);
    expect(error).toBeUndefined();
    await clock.advance(1000);
    expect(error).toMatchObject({ code: 'deadline_exceeded' });
  });

  test('in the fetch of the body of an answer delays deadline_exceeded by less than a second', async () => {
    const outcome: RequestOutcome = { ...(OK as Extract<RequestOutcome, { kind: 'response' }>), body: bodyRefOf(Buffer.alloc(200_000)) };
    const { bodies, clock, options, request } = cloud({ outcome });
    jest.spyOn(bodies, 'get').mockImplementation(forever);
    const refused = expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(28_999);
    await refused;
  });
});
