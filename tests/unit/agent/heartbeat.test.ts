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

  it('pings once an interval while answers come', () => {
    for (let elapsed = 0; elapsed < 3500; elapsed += 100) {
      jest.advanceTimersByTime(100);
      heartbeat.heard();
    }
    expect(pings).toEqual([1000, 2000, 3000]);
    expect(deaths).toEqual([]);
  });

  it('declares the connection dead when nothing comes within the time allowed after a ping', () => {
    jest.advanceTimersByTime(1399);
    expect(deaths).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(deaths).toEqual([1400]);
  });

  it('pings at once after a sleep in which timers stood still', () => {
    offset = 60_000;
    jest.advanceTimersByTime(100);
    expect(pings).toEqual([100]);
  });

  it('does not ping again while an answer is awaited', () => {
    heartbeat.probe();
    heartbeat.probe();
    expect(pings).toEqual([0]);
  });

  it('notices a dead connection soon after a probe, without waiting for the next interval', () => {
    heartbeat.probe();
    jest.advanceTimersByTime(400);
    expect(deaths).toEqual([400]);
  });
});
