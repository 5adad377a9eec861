import { EventStreamRefusal, wantsEventStream } from '../../../../functions/core/stream/event-stream-refusal';
import { forwardRequest } from '../../../../functions/core/forward-request';
import { capabilities, decodeCloudMessage } from '../../../../protocol';
import { cloud, TUNNEL } from '../../../support/forward-fixture';

test.each([
  ['text/event-stream', true],
  ['Text/Event-Stream; q=1', true],
  ['application/json, text/event-stream', false],
  ['*/*', false],
  [undefined, false],
])('a request with Accept %s wants an event stream and nothing else: %s', (accept, expected) => {
  expect(wantsEventStream({ headers: accept === undefined ? {} : { accept: [accept] } })).toBe(expected);
});

/** A door through which answers come whole, beside a streaming door. */
function door(overrides: Parameters<typeof cloud>[0] = {}) {
  const found = [{ ...TUNNEL, capabilities }];
  const made = cloud({ found, rollout: { useEventDriven: true, mode: 'direct' }, tickets: { seal: () => 'sealed' }, ...overrides });
  const told: string[] = [];
  const tell = async (to: string, text: string): Promise<void> => {
    const message = decodeCloudMessage(text);
    told.push(message.type === 'notice' ? `${to} ${message.code}: ${message.message}` : message.type);
  };
  const eventStreams = new EventStreamRefusal(new URL('https://streams.example/'), { tell }, made.clock);
  const request = { ...made.request, headers: { ...made.request.headers, accept: ['text/event-stream'] } };
  const visit = () => forwardRequest('r1', request, { ...made.options, eventStreams });
  return { ...made, told, visit };
}

test('an event stream is refused at once, with the address at which it comes, and the agent is told', async () => {
  const { visit, told, sent } = door();
  await expect(visit()).rejects.toMatchObject({
    code: 'event_stream_refused',
    status: 501,
    detail: 'Open https://streams.example/demo/page?a=1&a=2 instead: there, the events come as they are sent.',
    headers: { link: ['<https://streams.example/demo/page?a=1&a=2>; rel="alternate"'] },
  });
  expect(sent).toEqual([]);
  expect(told).toEqual([
    'c1 event_stream_refused: a visitor asked for an event stream and was refused, because this address carries no streams: give visitors https://streams.example/demo/ instead',
  ]);
});

test('an agent is told at most once a minute', async () => {
  const { visit, told, clock } = door();
  await expect(visit()).rejects.toThrow();
  await expect(visit()).rejects.toThrow();
  expect(told).toHaveLength(1);
  await clock.advance(60_000);
  await expect(visit()).rejects.toThrow();
  expect(told).toHaveLength(2);
});

test.each([
  ['the agent cannot stream', { found: [{ ...TUNNEL, capabilities: ['tickets', 'notices'] }] }],
  ['the environment has no tickets', { tickets: undefined }],
  ['requests are woken by the bus', { rollout: { useEventDriven: true, mode: 'bus' as const } }],
  ['requests poll', { rollout: { useEventDriven: false, mode: 'direct' as const } }],
])('an event stream is not refused where %s, because the other door would not stream it either', async (_, overrides) => {
  const { visit, sent, clock } = door(overrides);
  const visiting = visit().catch((error: unknown) => error);
  await clock.advance(40_000);
  await visiting;
  expect(sent[0]).toMatchObject({ type: 'http_request' });
});
