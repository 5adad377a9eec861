import { bodyRefOf, MAX_RESPONSE_BODY_BYTES, type AgentMessage } from '../../../protocol';
import { MAX_ROW_BODY_BYTES, responseBodyKey } from '../../../functions/core/body-store';
import { handleAgentMessage, type MessageOptions } from '../../../functions/core/handle-agent-message';
import type { ReplacedConnection } from '../../../functions/core/tunnel';
import { InMemoryBodies } from '../../support/in-memory-bodies';
import { FROM, messageCloud, NO_PARTS, RESPONSE } from '../../support/message-fixture';

test('the message ready is answered with the connection id, the addresses of the tunnel and the time', async () => {
  const { replies, options } = messageCloud();
  await handleAgentMessage({ type: 'ready' }, FROM, options);
  expect(replies).toEqual([
    {
      type: 'connection_established',
      connection_id: 'c1',
      tunnel_id: 'demo',
      public_url: 'http://demo.localhost:8080',
      subdomain_url: 'http://demo.localhost:8080',
      path_based_url: 'http://127.0.0.1:8080/demo/',
      time: 1_000_000,
    },
  ]);
});

test('the message ready publishes capabilities and access rules, and the reply confirms access rules', async () => {
  const access = { salt: 's', tokens: ['t'] };
  const published: unknown[] = [];
  const publish = async (...[, , announced]: Parameters<MessageOptions['leases']['publish']>) => {
    published.push(announced);
    return { isFirst: true };
  };
  const { replies, options } = messageCloud({ leases: { publish, release: async () => true } });
  await handleAgentMessage({ type: 'ready', capabilities: ['any-method'], access, agent: 'a1' }, FROM, options);
  await handleAgentMessage({ type: 'ready' }, FROM, options);
  expect(published).toEqual([{ capabilities: ['any-method'], access, agentId: 'a1' }, { capabilities: [] }]);
  expect(replies[0]).toMatchObject({ access: true });
  expect(replies[1]).not.toHaveProperty('access');
});

describe('the connection that a new one replaces', () => {
  const older = { connectionId: 'c0', agentId: 'a0', capabilities: ['notices'] };
  const noticesAfter = async (replaced: ReplacedConnection | undefined, agent?: string) => {
    const { notices, options } = messageCloud({
      leases: { publish: async () => ({ isFirst: true, ...(replaced && { replaced }) }), release: async () => true },
    });
    await handleAgentMessage({ type: 'ready', ...(agent !== undefined && { agent }) }, FROM, options);
    return notices;
  };

  test.each([
    ['another agent', 'a1'],
    ['an older agent, which does not say which one it is', undefined],
  ])('is told that its tunnel was taken over by %s', async (_, agent) => {
    expect(await noticesAfter(older, agent)).toEqual([
      {
        to: 'c0',
        message: { type: 'notice', code: 'taken_over', message: 'another agent of the same owner has taken over tunnel "demo"' },
      },
    ]);
  });

  test.each([
    ['it is of the same agent', older, 'a0'],
    ['its agent does not say which one it is', { connectionId: 'c0', capabilities: ['notices'] }, 'a1'],
    ['its agent does not know notices', { ...older, capabilities: ['any-method'] }, 'a1'],
    ['there is none', undefined, 'a1'],
  ])('is told nothing when %s', async (_, replaced, agent) => {
    expect(await noticesAfter(replaced, agent)).toEqual([]);
  });
});

test('a tunnel without a domain is reached by path, and the reply to ready contains no subdomain', async () => {
  const { replies, options } = messageCloud({
    visitorUrl: new URL('https://abc.execute-api.eu-central-1.amazonaws.com'),
    tunnelDomain: undefined,
  });
  await handleAgentMessage({ type: 'ready' }, FROM, options);
  expect(replies[0]).toMatchObject({ public_url: 'https://abc.execute-api.eu-central-1.amazonaws.com/demo/' });
  expect(replies[0]).not.toHaveProperty('subdomain_url');
});

test('the message ready is refused on a connection that a newer connection has replaced', async () => {
  const { replies, options } = messageCloud();
  await handleAgentMessage({ type: 'ready' }, { ...FROM, lease: 'older' }, options);
  const message = 'a newer connection has taken over tunnel "demo", or this connection said ready too late: close this connection';
  expect(replies).toEqual([{ type: 'error', code: 'invalid_request', message }]);
});

test('an answer completes its request, and is acknowledged when the agent requests an acknowledgement', async () => {
  const { pending, replies, results, options } = messageCloud();
  await handleAgentMessage({ ...RESPONSE, ack: true }, FROM, options);
  expect(results).toEqual(['completed']);
  expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ kind: 'response', body: Buffer.from('hi') });
  expect(replies).toEqual([{ type: 'ack', request_id: 'r' }]);
});

test('an answer of an old agent is not acknowledged, because the old agent requests no acknowledgement', async () => {
  const { replies, options } = messageCloud();
  await handleAgentMessage(RESPONSE, FROM, options);
  expect(replies).toEqual([]);
});

test('an answer that is sent again changes nothing and is acknowledged again', async () => {
  const { pending, replies, results, options } = messageCloud();
  await handleAgentMessage({ ...RESPONSE, ack: true }, FROM, options);
  const first = pending.rows.get('r')?.completion;
  await handleAgentMessage({ ...RESPONSE, body: 'b3RoZXI=', ack: true }, FROM, options);
  expect(results).toEqual(['completed', 'duplicate']);
  expect(pending.rows.get('r')?.completion).toBe(first);
  expect(replies).toHaveLength(2);
});

test.each([
  ['another tunnel', { ...FROM, tunnelId: 'other' }],
  ['another owner', { ...FROM, owner: 'eve' }],
])('an answer from %s is refused and leaves the request waiting', async (_, from) => {
  const { pending, results, options } = messageCloud();
  await handleAgentMessage(RESPONSE, from, options);
  expect(results).toEqual(['foreign']);
  expect(pending.rows.get('r')?.completion).toBeUndefined();
});

describe('in mode direct', () => {
  function direct(overrides: Partial<MessageOptions> = {}) {
    const made = messageCloud(overrides);
    const request = { requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'direct', waiterConnectionId: 'w1', deadline: 1 } as const;
    made.pending.rows.set('r', { request });
    return made;
  }

  test('the waiter gets a wake that contains the answer', async () => {
    const { pending, wakes, options } = direct();
    await handleAgentMessage(RESPONSE, FROM, options);
    expect(wakes).toEqual([
      { to: 'w1', wake: { version: 1, requestId: 'r', source: 'direct', completion: pending.rows.get('r')?.completion } },
    ]);
    expect(pending.handedToBus).toEqual([]);
  });

  test('the answer is stored before the waiter gets its wake', async () => {
    const made = direct();
    let stored: boolean | undefined;
    await handleAgentMessage(RESPONSE, FROM, {
      ...made.options,
      wakes: { ...NO_PARTS, post: async () => (stored = made.pending.rows.get('r')?.completion !== undefined) },
    });
    expect(stored).toBe(true);
  });

  test('the bus gets the wake when the direct wake is not delivered, and the agent still gets an acknowledgement', async () => {
    const { pending, replies, options } = direct({ wakes: { ...NO_PARTS, post: async () => false } });
    await handleAgentMessage({ ...RESPONSE, ack: true }, FROM, options);
    expect(pending.handedToBus).toEqual(['r']);
    expect(replies).toEqual([{ type: 'ack', request_id: 'r' }]);
  });

  test('an answer that is sent again wakes the waiter again, but without the content of the second answer', async () => {
    const { wakes, options } = direct();
    await handleAgentMessage(RESPONSE, FROM, options);
    await handleAgentMessage({ ...RESPONSE, body: 'b3RoZXI=' }, FROM, options);
    expect(wakes).toHaveLength(2);
    expect(wakes[1]?.wake).not.toHaveProperty('completion');
  });

  test('a wake that fails with an error is reported, and the agent still gets an acknowledgement', async () => {
    const { failures, replies, options } = direct({ wakes: { ...NO_PARTS, post: async () => Promise.reject(new Error('no bus')) } });
    await handleAgentMessage({ ...RESPONSE, ack: true }, FROM, options);
    expect(failures).toEqual([new Error('no bus')]);
    expect(replies).toHaveLength(1);
  });

  test('a late answer and an answer of another owner wake no waiter', async () => {
    const { pending, wakes, options } = direct();
    await handleAgentMessage(RESPONSE, { ...FROM, owner: 'eve' }, options);
    pending.rows.clear();
    await handleAgentMessage(RESPONSE, FROM, options);
    expect(wakes).toEqual([]);
  });
});

test.each([
  ['in mode bus', { mode: 'bus', waiterConnectionId: 'w1' }],
  ['in mode direct, for a waiter without a connection,', { mode: 'direct' }],
] as const)('%s an answer of the agent causes no direct wake', async (_, how) => {
  const { wakes, pending, options } = messageCloud();
  pending.rows.set('r', { request: { requestId: 'r', tunnelId: 'demo', owner: 'ann', deadline: 1, ...how } });
  await handleAgentMessage(RESPONSE, FROM, options);
  expect(wakes).toEqual([]);
  expect(pending.handedToBus).toEqual([]);
});

test('a late answer does not recreate its row', async () => {
  const { pending, results, options } = messageCloud();
  pending.rows.clear();
  await handleAgentMessage({ ...RESPONSE, ack: true }, FROM, options);
  expect(results).toEqual(['late']);
  expect(pending.rows.size).toBe(0);
});

test('an error of the agent completes its request as a failure', async () => {
  const { pending, options } = messageCloud();
  await handleAgentMessage({ type: 'error', request_id: 'r', code: 'timeout', message: 'm' }, FROM, options);
  expect(pending.rows.get('r')?.completion?.outcome).toEqual({ kind: 'failure', code: 'timeout', message: 'm' });
});

test.each([{ request_id: null }, {}])('an error of the agent without a request id completes no request: %j', async (about) => {
  const { results, options } = messageCloud();
  await handleAgentMessage({ type: 'error', ...about, code: 'internal_error', message: 'm' }, FROM, options);
  expect(results).toEqual([]);
});

test('a ping is answered with a pong, which has the id of the ping and the time, and a pong is not answered', async () => {
  const { replies, released, options } = messageCloud();
  await handleAgentMessage({ type: 'ping' }, FROM, options);
  await handleAgentMessage({ type: 'ping', id: '7' }, FROM, options);
  await handleAgentMessage({ type: 'pong' }, FROM, options);
  expect(replies).toEqual([
    { type: 'pong', time: 1_000_000 },
    { type: 'pong', id: '7', time: 1_000_000 },
  ]);
  expect(released).toEqual([]);
});

test('the message draining releases the connection', async () => {
  const { released, options } = messageCloud();
  await handleAgentMessage({ type: 'draining' }, FROM, options);
  expect(released).toEqual(['c1']);
});

describe('a large body of an answer', () => {
  const body = Buffer.alloc(MAX_ROW_BODY_BYTES + 1, 'x');
  const ref = bodyRefOf(body);
  const key = responseBodyKey('r', ref);
  const large: AgentMessage = { ...RESPONSE, body: body.toString('base64') };
  const request = { requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'direct', waiterConnectionId: 'w1', deadline: 1 } as const;

  test('is put into the body store before the row refers to it', async () => {
    const { pending, bodies, options } = messageCloud();
    const put = jest.spyOn(bodies, 'put').mockImplementation(async (...args) => {
      expect(pending.rows.get('r')?.completion).toBeUndefined();
      await InMemoryBodies.prototype.put.apply(bodies, args);
    });
    await handleAgentMessage(large, FROM, options);
    expect(put).toHaveBeenCalledTimes(1);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ kind: 'response', body: ref });
    expect(bodies.bodies.get(key)).toEqual(body);
  });

  test('stays in the row when it has the largest size for a row', async () => {
    const { pending, bodies, options } = messageCloud();
    await handleAgentMessage({ ...RESPONSE, body: body.subarray(1).toString('base64') }, FROM, options);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ body: body.subarray(1) });
    expect(bodies.bodies.size).toBe(0);
  });

  test('is put into the row for a waiter of older code, and the wake contains it too', async () => {
    const { pending, wakes, options } = messageCloud();
    pending.rows.set('r', { request, outdated: true });
    await handleAgentMessage(large, FROM, options);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ body });
    expect(wakes[0]?.wake.completion?.outcome).toMatchObject({ body });
  });

  test('is put into the row when the body store fails', async () => {
    const { bodies, pending, failures, options } = messageCloud();
    jest.spyOn(bodies, 'put').mockRejectedValue(new Error('SlowDown'));
    await handleAgentMessage(large, FROM, options);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ body });
    expect(failures).toEqual([new Error('SlowDown')]);
  });

  test('is put nowhere when nobody waits for it or when it comes from another owner', async () => {
    const { bodies, pending, results, options } = messageCloud();
    await handleAgentMessage(large, { ...FROM, owner: 'eve' }, options);
    pending.rows.clear();
    await handleAgentMessage(large, FROM, options);
    expect(results).toEqual(['foreign', 'late']);
    expect(bodies.bodies.size).toBe(0);
  });
});

describe('an agent that requests an upload', () => {
  const ref = bodyRefOf(Buffer.alloc(200_000));
  const ask: AgentMessage = { type: 'upload_request', request_id: 'r', ...ref };

  test('gets a URL for exactly the named body until the deadline of the request', async () => {
    const { replies, results, options } = messageCloud();
    await handleAgentMessage(ask, FROM, options);
    expect(results).toEqual(['waiting']);
    expect(replies).toEqual([
      {
        type: 'upload_url',
        request_id: 'r',
        url: `https://bodies.test/${responseBodyKey('r', ref)}?until=1&bytes=200000`,
        headers: { 'x-amz-checksum-sha256': ref.sha256 },
      },
    ]);
  });

  test('completes its request with a reference to the uploaded body', async () => {
    const { pending, options } = messageCloud();
    await handleAgentMessage({ ...RESPONSE, body: '', body_ref: ref }, FROM, options);
    expect(pending.rows.get('r')?.completion?.outcome).toMatchObject({ kind: 'response', body: ref });
  });

  test.each([
    ['another tunnel', { ...FROM, tunnelId: 'other' }],
    ['another owner', { ...FROM, owner: 'eve' }],
  ])('gets an acknowledgement instead of a URL when it belongs to %s', async (_, from) => {
    const { replies, results, options } = messageCloud();
    await handleAgentMessage(ask, from, options);
    expect(results).toEqual(['foreign']);
    expect(replies).toEqual([{ type: 'ack', request_id: 'r' }]);
  });

  test('gets an acknowledgement instead of a URL when nobody waits any more', async () => {
    const { pending, replies, options } = messageCloud();
    pending.rows.clear();
    await handleAgentMessage(ask, FROM, options);
    expect(replies).toEqual([{ type: 'ack', request_id: 'r' }]);
  });

  test('gets the error response_too_large when the body is above the size limit of answers', async () => {
    const { replies, options } = messageCloud();
    await handleAgentMessage({ ...ask, bytes: MAX_RESPONSE_BODY_BYTES }, FROM, options);
    await handleAgentMessage({ ...ask, bytes: MAX_RESPONSE_BODY_BYTES + 1 }, FROM, options);
    const message = "the answer's body has 4669441 bytes; the limit is 4669440";
    expect(replies).toEqual([
      expect.objectContaining({ type: 'upload_url' }),
      { type: 'error', request_id: 'r', code: 'response_too_large', message },
    ]);
  });

  test('gets the error response_too_large when the waiter runs older code', async () => {
    const { pending, replies, options } = messageCloud();
    pending.rows.set('r', { request: { requestId: 'r', tunnelId: 'demo', owner: 'ann', mode: 'bus', deadline: 1 }, outdated: true });
    await handleAgentMessage(ask, FROM, options);
    const message = 'the request came before the tunnel was updated, so its answer must fit into one message';
    expect(replies).toEqual([{ type: 'error', request_id: 'r', code: 'response_too_large', message }]);
  });
});
