import { Heartbeat } from '../../../agent/heartbeat';

describe('Heartbeat', () => {
  let pings: number[];
  let deaths: number[];
  let heartbeat: Heartbeat;
  let offset: number;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    pings = [];
    deaths = [];
    offset = 0;
    heartbeat = new Heartbeat({
      intervalMs: 1000,
      timeoutMs: 400,
      now: () => Date.now() + offset,
      ping: () => pings.push(Date.now()),
      dead: () => {
        deaths.push(Date.now());
        heartbeat.stop();
      },
    });
  });
  afterEach(() => {
    heartbeat.stop();
    jest.useRealTimers();
  });

  it('pings once per interval while messages arrive', () => {
    for (let elapsed = 0; elapsed < 3500; elapsed += 100) {
      jest.advanceTimersByTime(100);
      heartbeat.heard();
    }
    expect(pings).toEqual([1000, 2000, 3000]);
    expect(deaths).toEqual([]);
  });

  it('declares the connection dead when nothing arrives within the timeout after a ping', () => {
    jest.advanceTimersByTime(1399);
    expect(deaths).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(deaths).toEqual([1400]);
  });

  it('pings at once when the clock has jumped ahead, as after a sleep of the machine', () => {
    offset = 60_000;
    jest.advanceTimersByTime(100);
    expect(pings).toEqual([100]);
  });

  it('does not ping again while it waits for the answer to a ping', () => {
    heartbeat.probe();
    heartbeat.probe();
    expect(pings).toEqual([0]);
  });

  it('declares the connection dead one timeout after a probe, without waiting for the next interval', () => {
    heartbeat.probe();
    jest.advanceTimersByTime(400);
    expect(deaths).toEqual([400]);
  });
});
