import { Outbox, type OutboxOptions } from '../../../agent/outbox';

describe('Outbox', () => {
  let sent: string[];
  let isConnected: boolean;
  let silences: number;
  let outbox: Outbox;

  const create = (options: Partial<OutboxOptions> = {}): Outbox =>
    new Outbox({
      send: (text) => {
        if (isConnected) sent.push(text);
        return isConnected;
      },
      onSilence: () => (silences += 1),
      resendMs: 2000,
      now: Date.now,
      ...options,
    });

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    sent = [];
    isConnected = true;
    silences = 0;
    outbox = create();
  });
  afterEach(() => {
    outbox.close();
    jest.useRealTimers();
  });

  it('sends an answer again, at growing intervals, until it is acknowledged', () => {
    outbox.add('a', 'answer', 25_000);
    jest.advanceTimersByTime(1999);
    expect(sent).toHaveLength(1);
    jest.advanceTimersByTime(1);
    expect(sent).toHaveLength(2);
    jest.advanceTimersByTime(4000);
    expect(sent).toHaveLength(3);
    outbox.acknowledge('a');
    jest.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(3);
  });

  it('drops an answer at the deadline of its request', async () => {
    outbox.add('a', 'answer', 3000);
    jest.advanceTimersByTime(3000);
    await outbox.empty();
    jest.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(2);
  });

  it('keeps an answer while there is no connection, and sends the answer over the next connection', () => {
    isConnected = false;
    outbox.add('a', 'answer', 25_000);
    expect(sent).toEqual([]);
    isConnected = true;
    outbox.flush();
    expect(sent).toEqual(['answer']);
  });

  it('resends unacknowledged answers over a new connection', () => {
    outbox.add('a', 'first', 25_000);
    outbox.add('b', 'second', 25_000);
    outbox.acknowledge('a');
    outbox.flush();
    expect(sent).toEqual(['first', 'second', 'second']);
  });

  it('sends each answer only once to a cloud that left three answers unacknowledged', () => {
    for (const id of ['a', 'b', 'c']) outbox.add(id, id, Date.now() + 1000);
    jest.advanceTimersByTime(1000);
    sent = [];
    outbox.add('d', 'd', Date.now() + 25_000);
    outbox.flush();
    jest.advanceTimersByTime(25_000);
    expect(sent).toEqual(['d']);
  });

  it('still resends answers after three answers have expired without a connection', () => {
    isConnected = false;
    for (const id of ['a', 'b', 'c']) outbox.add(id, id, Date.now() + 1000);
    jest.advanceTimersByTime(1000);
    isConnected = true;
    outbox.add('d', 'd', Date.now() + 25_000);
    jest.advanceTimersByTime(2000);
    expect(sent).toEqual(['d', 'd']);
  });

  it('reports a missing acknowledgement only when the cloud has acknowledged an answer before', () => {
    outbox.add('a', 'a', 25_000);
    jest.advanceTimersByTime(2000);
    expect(silences).toBe(0);
    outbox.acknowledge('a');
    outbox.add('b', 'b', Date.now() + 25_000);
    jest.advanceTimersByTime(2000);
    expect(silences).toBe(1);
  });

  it('drops the oldest answers above its size limit, and keeps the newest even if that is larger than the limit', () => {
    outbox = create({ maxBytes: 10 });
    outbox.add('a', '12345', 25_000);
    outbox.add('b', '12345', 25_000);
    outbox.add('c', '123456789012', 25_000);
    sent = [];
    outbox.flush();
    expect(sent).toEqual(['123456789012']);
  });

  it('resolves empty() when all answers have been acknowledged', async () => {
    outbox.add('a', 'a', 25_000);
    outbox.add('b', 'b', 25_000);
    let isEmpty = false;
    const empty = outbox.empty().then(() => (isEmpty = true));
    outbox.acknowledge('a');
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    outbox.acknowledge('b');
    await empty;
    expect(isEmpty).toBe(true);
  });
});
