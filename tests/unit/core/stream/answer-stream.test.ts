import { partsOf, streamCloud } from '../../../support/answer-stream';

const CHUNK = 'x'.repeat(100);
const chunks = (count: number): string[] => Array.from({ length: count }, () => CHUNK);

/** A stream whose parts the visitor reads at once. */
function reading(...args: Parameters<typeof streamCloud>) {
  const made = streamCloud(...args);
  void made.read();
  return made;
}

test('the visitor gets the body in order when parts overtake one another, and come twice', async () => {
  const { hear, visitor } = reading();
  const [head, one, two, three, end] = partsOf(['1', '2', '3']);
  await hear(three!, head!, one!, one!, end!, two!);
  expect(visitor).toMatchObject({ text: '123', isEnded: true });
});

test('the stream ends only when the digest is that of the body', async () => {
  const { hear, visitor, stream } = reading();
  const [head, one, , end] = partsOf(['1', '2']);
  await hear(head!, one!, { kind: 'chunk', number: 2, body: Buffer.from('X') }, end!);
  expect(visitor).toMatchObject({ isEnded: false, error: { reason: 'damaged' } });
  expect(stream.cutReason).toBe('damaged');
});

test('a failure of the local service cuts the stream after the bytes that came before', async () => {
  const { hear, visitor } = reading();
  const [head, one] = partsOf(['1']);
  await hear(head!, { kind: 'failed', number: 2 }, one!);
  expect(visitor).toMatchObject({ text: '1', error: { reason: 'failed' } });
});

test('a failure that comes when all its parts are here cuts the stream at once', async () => {
  const { hear, visitor } = reading();
  await hear(partsOf([])[0]!, { kind: 'failed', number: 0 });
  expect(visitor).toMatchObject({ error: { reason: 'failed' } });
});

test('a missing part is asked for once later parts had the time to be overtaken', async () => {
  const { hear, taken, clock, visitor } = reading();
  const parts = partsOf(['1', '2', '3']);
  await hear(parts[0]!, parts[1]!, parts[3]!);
  await clock.advance(150);
  expect(taken()).toEqual([]);
  await clock.advance(100);
  expect(taken()).toMatchObject([{ missing: [2], number: 2, until: 1001 }]);
  await hear(parts[2]!, parts[4]!);
  expect(visitor).toMatchObject({ text: '123', isEnded: true });
});

test('a silent agent is asked for a sign of life, and what its sign shows to be missing is asked for', async () => {
  const { hear, taken, clock, visitor } = reading();
  const parts = partsOf(['1', '2']);
  await hear(parts[0]!, parts[1]!);
  await clock.advance(2000);
  expect(taken()).toMatchObject([{ asks: true, ticket: 'for w1' }]);
  await hear({ kind: 'alive', number: 4 });
  expect(taken().at(-1)).toMatchObject({ missing: [2, 3] });
  await hear(parts[2]!, parts[3]!);
  expect(visitor).toMatchObject({ text: '12', isEnded: true });
});

test('an agent that gives no sign of life ends the stream, after questions at growing pauses', async () => {
  const { hear, taken, clock, visitor } = reading();
  await hear(partsOf([])[0]!);
  await clock.advance(44_999);
  expect(visitor.error).toBeUndefined();
  expect(taken().filter(({ asks }) => asks)).toHaveLength(5);
  await clock.advance(1);
  expect(visitor.error).toMatchObject({ reason: 'idle' });
});

test('a stream without a head is given up after the same silence', async () => {
  const { stream, clock } = streamCloud();
  const lost = expect(stream.lost).rejects.toMatchObject({ code: 'agent_away' });
  await clock.advance(45_000);
  await lost;
});

test('a busy agent hears of the waiter often enough to stay', async () => {
  const { hear, taken, clock } = reading({ windowBytes: 100_000 });
  const parts = partsOf(chunks(100));
  await hear(parts[0]!);
  for (let second = 1; second <= 40; second += 1) {
    await hear(parts[second]!);
    await clock.advance(1000);
  }
  expect(taken().map(({ number, asks }) => ({ number, asks }))).toEqual([
    { number: 16, asks: undefined },
    { number: 31, asks: undefined },
  ]);
});

test('the window is granted anew when a quarter of it has been taken', async () => {
  const { hear, taken } = reading();
  const parts = partsOf(chunks(9));
  await hear(...parts.slice(0, 3));
  expect(taken()).toEqual([]);
  await hear(parts[3]!);
  expect(taken()).toMatchObject([{ number: 4, until: 1300 }]);
});

test('a visitor who takes nothing gets no further bytes, and no window is granted', async () => {
  const { hear, taken, stream, clock } = streamCloud();
  const body = stream[Symbol.asyncIterator]();
  await hear(...partsOf(chunks(9)));
  await body.next();
  await clock.advance(1000);
  expect(taken()).toEqual([]);
});

test('a visitor who takes nothing for too long is cut off', async () => {
  const { hear, stream, clock } = streamCloud();
  const body = stream[Symbol.asyncIterator]();
  await hear(...partsOf(['1', '2']));
  await body.next();
  for (let waited = 0; waited < 300_000; waited += 10_000) {
    expect(stream.cut.aborted).toBe(false);
    await hear({ kind: 'alive', number: 4 });
    await clock.advance(10_000);
  }
  expect(stream.cutReason).toBe('slow');
});

test('an agent that sends more than its window is cut off', async () => {
  const { hear, stream } = streamCloud();
  await hear(...partsOf(chunks(12)).slice(0, 12));
  expect(stream.cutReason).toBe('beyond');
});

test('an agent that sends too many small parts is cut off', async () => {
  const { hear, stream } = streamCloud({ windowBytes: 100_000 });
  const parts = partsOf(Array.from({ length: 1100 }, () => 'x'));
  await hear(...parts.slice(2));
  expect(stream.cutReason).toBe('beyond');
});

test('a stream is cut at the longest life of a stream', async () => {
  const { hear, stream, clock } = reading();
  await hear(partsOf([])[0]!);
  for (let waited = 0; waited < 885_000; waited += 15_000) {
    expect(stream.cut.aborted).toBe(false);
    await hear({ kind: 'alive', number: 1 });
    await clock.advance(15_000);
  }
  expect(stream.cutReason).toBe('late');
});

test('a lost socket is replaced at once, and the agent gets a ticket with the new one', async () => {
  const { hear, taken, clock, socket, visitor } = reading();
  const parts = partsOf(['1', '2']);
  await hear(parts[0]!, parts[1]!);
  socket.isReplaced = true;
  socket.lose();
  await clock.advance(0);
  expect(taken()).toMatchObject([{ ticket: 'for w2', asks: true, number: 2 }]);
  await hear(parts[2]!, parts[3]!);
  expect(visitor).toMatchObject({ text: '12', isEnded: true });
});

test('a socket that cannot be replaced at once is tried again', async () => {
  const { hear, taken, clock, socket } = reading();
  await hear(partsOf([])[0]!);
  socket.lose();
  await clock.advance(1900);
  expect(socket.renewed).toBe(1);
  socket.isReplaced = true;
  await clock.advance(200);
  expect(taken().at(-1)).toMatchObject({ ticket: 'for w2', asks: true });
});

test('a ticket that cannot be sealed at once is sealed with the next question', async () => {
  const { hear, taken, clock, socket } = reading();
  await hear(partsOf([])[0]!);
  Object.assign(socket, { isReplaced: true, hasKey: false });
  socket.lose();
  await clock.advance(0);
  expect(taken()).toMatchObject([{ ticket: 'for w1', asks: true }]);
  socket.hasKey = true;
  await clock.advance(2000);
  expect(taken().at(-1)).toMatchObject({ ticket: 'for w2', asks: true });
});

test('a socket that may be dead without having closed is examined when a question stays without an answer', async () => {
  const { hear, clock, socket, taken } = reading();
  await hear(partsOf([])[0]!);
  socket.isReplaced = true;
  await clock.advance(2000);
  expect(socket.renewed).toBe(0);
  await clock.advance(4000);
  expect(socket.renewed).toBe(1);
  expect(taken().at(-1)).toMatchObject({ ticket: 'for w2', asks: true });
});

test('a dead socket is replaced before the stream is given up, also while the visitor has bytes to take', async () => {
  const { hear, clock, socket, taken, stream } = streamCloud();
  const body = stream[Symbol.asyncIterator]();
  await hear(...partsOf(chunks(5)));
  await body.next();
  socket.isReplaced = true;
  await clock.advance(44_000);
  expect(socket.renewed).toBe(1);
  expect(taken().at(-1)).toMatchObject({ ticket: 'for w2', asks: true });
  await hear({ kind: 'alive', number: 7 });
  await clock.advance(2000);
  expect(stream.cutReason).toBeUndefined();
});

test('wakes that are not about the stream are left to others', async () => {
  const { inbox, stream, clock } = streamCloud();
  inbox.deliver({ version: 1, requestId: 'r1', source: 'bus' });
  await clock.advance(0);
  await expect(stream.others.next()).resolves.toMatchObject({ source: 'bus' });
});

describe('an event stream', () => {
  const EVENTS = { 'content-type': ['text/event-stream; charset=utf-8'] };
  const alive = { kind: 'alive', number: 2 } as const;

  test('gets a comment when its service is silent between events', async () => {
    const { hear, clock, visitor } = reading();
    const [head, event] = partsOf(['data: 1\n\n'], EVENTS);
    await hear(head!, event!);
    await clock.advance(10_000);
    await hear(alive);
    await clock.advance(5000);
    expect(visitor.text).toBe('data: 1\n\n:\n\n');
  });

  test('gets a comment before its first event', async () => {
    const { hear, clock, visitor } = reading();
    await hear(partsOf([], EVENTS)[0]!);
    await clock.advance(15_000);
    expect(visitor.text).toBe(':\n\n');
  });

  test('gets no comment within an event', async () => {
    const { hear, clock, visitor } = reading();
    const [head, event] = partsOf(['data: 1\n'], EVENTS);
    await hear(head!, event!);
    await clock.advance(30_000);
    expect(visitor.text).toBe('data: 1\n');
  });

  test('gets no comment when its bytes are compressed', async () => {
    const { hear, clock, visitor } = reading();
    await hear(partsOf([], { ...EVENTS, 'content-encoding': ['gzip'] })[0]!);
    await clock.advance(30_000);
    expect(visitor.text).toBe('');
  });

  test('ends cleanly: comments are not part of the digest', async () => {
    const { hear, clock, visitor } = reading();
    const parts = partsOf(['data: 1\n\n'], EVENTS);
    await hear(parts[0]!);
    await clock.advance(16_000);
    await hear(parts[1]!, parts[2]!);
    expect(visitor).toMatchObject({ text: ':\n\ndata: 1\n\n', isEnded: true });
  });
});

test('another answer than an event stream gets no comment', async () => {
  const { hear, clock, visitor } = reading();
  await hear(partsOf([], { 'content-type': ['text/plain'] })[0]!);
  await clock.advance(30_000);
  expect(visitor.text).toBe('');
});

describe('the end', () => {
  test('an agent is told that nobody waits any more', async () => {
    const { hear, stream, told } = streamCloud();
    await hear(partsOf([])[0]!);
    await stream.close();
    await stream.close();
    expect(told).toEqual([{ type: 'request_cancelled', request_id: 'r1' }]);
  });

  test('an agent whose answer has come whole is told that all parts were taken', async () => {
    const { hear, stream, told, visitor } = reading();
    await hear(...partsOf(['1']));
    await stream.close();
    expect(visitor.isEnded).toBe(true);
    expect(told).toMatchObject([{ type: 'parts_taken', number: 3 }]);
  });

  test('an agent whose local service has broken off is not told', async () => {
    const { hear, stream, told } = reading();
    await hear(partsOf([])[0]!, { kind: 'failed', number: 1 });
    await stream.close();
    expect(told).toEqual([]);
  });

  test('nothing is said after the end', async () => {
    const { hear, stream, told, clock } = reading();
    await hear(partsOf([])[0]!);
    await stream.close();
    await clock.advance(100_000);
    expect(told).toEqual([{ type: 'request_cancelled', request_id: 'r1' }]);
  });
});
