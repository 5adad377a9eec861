import fc from 'fast-check';
import { CloudClock } from '../../agent/cloud-clock';
import { Lateness } from '../../agent/lateness';

const HOURS = 3_600_000;

/** What happens to the machine and its agent. Times are in ms. */
type Event =
  | { readonly kind: 'run' | 'sleep' | 'set-clock'; readonly ms: number }
  /** A message with the time of the cloud, such as another request, that was `delay` under way. */
  | { readonly kind: 'message'; readonly delay: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'request'; readonly delay: number; readonly life: number };

const delay = fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 600_000 }));
const event = fc.oneof<fc.Arbitrary<Event>[]>(
  fc.record({ kind: fc.constant('run'), ms: fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 1_200_000 })) }),
  // The sleeps of one run together are shorter than any difference between two settings of the clock, so they do not cancel out.
  fc.record({ kind: fc.constant('sleep'), ms: fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 180_000 })) }),
  fc.record({ kind: fc.constant('set-clock'), ms: fc.constantFrom(-26 * HOURS, 26 * HOURS, -70 * HOURS, 70 * HOURS) }),
  fc.record({ kind: fc.constant('message'), delay }),
  fc.constant<Event>({ kind: 'ping' }),
  fc.record({ kind: fc.constant('request'), delay, life: fc.integer({ min: 1, max: 30_000 }) }),
);

interface Conditions {
  readonly drift: number;
  /** What the wall clock shows too much. */
  readonly wrongBy: number;
  readonly roundTripMs: number;
}

/** A cloud and a machine with an agent, whose times only this class knows. Every answer of the cloud takes `roundTripMs`. */
class World {
  readonly clock: CloudClock;
  readonly lateness: Lateness;
  private cloud: number;
  private monotonic = 1000;
  private wall: number;

  /** How much faster than the cloud's clock the machine's run. */
  private readonly drift: number;
  readonly roundTripMs: number;

  constructor({ drift, wrongBy, roundTripMs }: Conditions) {
    this.drift = drift;
    this.roundTripMs = roundTripMs;
    this.cloud = 1_800_000_000_000;
    this.wall = this.cloud + wrongBy;
    this.clock = new CloudClock(() => ({ monotonic: this.monotonic, wall: this.wall }));
    this.lateness = new Lateness({ clock: this.clock, ask: () => this.ping(), askAgainMs: 60_000 });
    const askedAt = this.clock.read();
    const answeredAt = this.halfATrip();
    this.run(roundTripMs / 2);
    this.clock.hearAnswer(answeredAt, askedAt);
  }

  get now(): number {
    return this.cloud;
  }

  run(ms: number): void {
    this.cloud += ms;
    this.monotonic += ms * (1 + this.drift);
    this.wall += ms * (1 + this.drift);
  }

  sleep(ms: number): void {
    this.cloud += ms;
    this.wall += ms;
  }

  setClock(ms: number): void {
    this.wall += ms;
  }

  ping(): void {
    const id = this.clock.ask();
    const time = this.halfATrip();
    this.run(this.roundTripMs / 2);
    this.clock.hearPong({ id, time });
  }

  private halfATrip(): number {
    this.run(this.roundTripMs / 2);
    return this.cloud;
  }
}

/** Plays the events; reports each request: by how much it was too late, by the agent and really, when the agent had decided. */
async function play(world: World, events: readonly Event[], judged: (found: number, really: number) => void): Promise<void> {
  for (const each of events) {
    switch (each.kind) {
      case 'run':
        world.run(each.ms);
        break;
      case 'sleep':
        world.sleep(each.ms);
        break;
      case 'set-clock':
        world.setClock(each.ms);
        break;
      case 'message':
        world.clock.hear(world.now - each.delay);
        break;
      case 'ping':
        world.ping();
        break;
      case 'request': {
        const timestamp = world.now - each.delay;
        const deadline = timestamp + each.life;
        judged(await world.lateness.of({ timestamp, deadline }, new AbortController().signal), world.now - deadline);
      }
    }
  }
}

const conditions = (maxDrift: number): fc.Arbitrary<Conditions> =>
  fc.record({
    drift: fc.double({ min: -maxDrift, max: maxDrift, noNaN: true }),
    wrongBy: fc.integer({ min: -24 * HOURS, max: 24 * HOURS }),
    roundTripMs: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 20_000 })),
  });

const events = fc.array(event, { minLength: 1, maxLength: 30 });

test('a request in time is never refused, whatever the clocks, the network and sleeps of the machine do', async () => {
  await fc.assert(
    // NTP may turn a clock by up to a tenth faster or slower.
    fc.asyncProperty(conditions(0.1), events, async (given, happens) => {
      await play(new World(given), happens, (found, really) => {
        // The reported lateness is the least that is certain.
        expect(found).toBeLessThanOrEqual(Math.max(0, really) + 1e-3);
      });
    }),
    { numRuns: 2000 },
  );
});

test('a request is forwarded after its deadline only by the time of one answer of the cloud, or by a sleep of less than a second', async () => {
  await fc.assert(
    fc.asyncProperty(conditions(0.0009), events, async (given, happens) => {
      await play(new World(given), happens, (found, really) => {
        if (found === 0) expect(really).toBeLessThanOrEqual(Math.max(given.roundTripMs, 1001));
      });
    }),
    { numRuns: 2000 },
  );
});
