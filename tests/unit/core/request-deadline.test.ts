import { forwardRequest, type ForwardOptions, type PostResult } from '../../../functions/core/forward-request';
import { alwaysAt, cloud, OK, TUNNEL } from '../../support/forward-fixture';

describe('a request with less than half a second left before its deadline', () => {
  const agentsAt = (posts: number[], results: PostResult[], now: () => number): ForwardOptions['agents'] => ({
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
