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
      onTheWayMs: 250,
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

  describe('with an answer that has a ticket', () => {
    const TEXT = '{"type":"http_response","request_id":"a","ticket":"sealed"}';
    const AGAIN = '{"type":"http_response","request_id":"a","ticket":"sealed","again":true}';
    beforeEach(() => outbox.add('a', TEXT, 25_000, 0));

    it('sends the answer once, and again, marked, each time the cloud asks for it before the deadline', () => {
      jest.advanceTimersByTime(10_000);
      outbox.flush();
      expect(sent).toEqual([TEXT]);
      outbox.wanted('a');
      jest.advanceTimersByTime(5000);
      outbox.wanted('a');
      expect(sent).toEqual([TEXT, AGAIN, AGAIN]);
      jest.advanceTimersByTime(10_000);
      outbox.wanted('a');
      expect(sent).toHaveLength(3);
    });

    it('sends the answer when the next connection is established, if there was none', () => {
      isConnected = false;
      outbox.add('b', TEXT, 25_000, 0);
      isConnected = true;
      outbox.flush();
      expect(sent).toEqual([TEXT, TEXT]);
    });

    it('sends the answer, marked, over the next connection when the cloud has asked for it and there was none', () => {
      jest.advanceTimersByTime(250);
      isConnected = false;
      outbox.wanted('a');
      isConnected = true;
      outbox.flush();
      outbox.flush();
      expect(sent).toEqual([TEXT, AGAIN]);
    });

    it('has the connection probed when the cloud asks for an answer that was sent', () => {
      jest.advanceTimersByTime(250);
      outbox.wanted('a');
      expect(silences).toBe(1);
    });

    it('sends nothing when the cloud asks for an answer that waits for an acknowledgement, or that is not there', () => {
      outbox.add('b', TEXT, 25_000);
      sent = [];
      outbox.wanted('b');
      outbox.wanted('c');
      expect(sent).toEqual([]);
    });

    it('does not send an answer again that has crossed the question, because the cloud acknowledges it', () => {
      jest.advanceTimersByTime(100);
      outbox.wanted('a');
      jest.advanceTimersByTime(149);
      outbox.acknowledge('a');
      jest.advanceTimersByTime(25_000);
      expect(sent).toEqual([TEXT]);
    });

    it('sends an answer again that has crossed the question, when no acknowledgement comes', () => {
      jest.advanceTimersByTime(100);
      outbox.wanted('a');
      jest.advanceTimersByTime(150);
      expect(sent).toEqual([TEXT, AGAIN]);
    });

    it('resolves empty() after the time of the next question, which is later for a later answer', async () => {
      jest.advanceTimersByTime(1500);
      outbox.add('b', TEXT, 25_000, 0);
      let isEmpty = false;
      const empty = outbox.empty().then(() => (isEmpty = true));
      jest.advanceTimersByTime(1749);
      await Promise.resolve();
      expect(isEmpty).toBe(false);
      jest.advanceTimersByTime(1);
      await empty;
    });

    it('resolves empty() when the cloud has not asked for the answer in time, and still sends it when asked later', async () => {
      let isEmpty = false;
      const empty = outbox.empty().then(() => (isEmpty = true));
      jest.advanceTimersByTime(1249);
      await Promise.resolve();
      expect(isEmpty).toBe(false);
      jest.advanceTimersByTime(1);
      await empty;
      outbox.wanted('a');
      expect(sent).toEqual([TEXT, AGAIN]);
    });

    it('does not take the missing acknowledgement for a cloud that acknowledges nothing', () => {
      for (const id of ['b', 'c']) outbox.add(id, TEXT, 25_000, 0);
      jest.advanceTimersByTime(25_000);
      outbox.add('d', 'd', Date.now() + 25_000);
      jest.advanceTimersByTime(2000);
      expect(sent.slice(3)).toEqual(['d', 'd']);
    });
  });
});
