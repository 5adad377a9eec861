import { randomExponential } from 'd3-random';
import { generator } from '../../emulator/latency/latency-profile';
import { ATTACKS } from '../world/attacks';
import { HONEST_AGENTS, OWN_AGENTS } from '../world/cast';
import { faultNames } from './fault-kinds';
import { LAB_MODES, type Happening, type LabMode, type Phase, type Plan } from './plan';

/** Share of the requests in each mode. */
const SHARES: Readonly<Record<LabMode, number>> = { direct: 0.5, bus: 0.3, polling: 0.2 };

/** On average, something happens once in so many requests. */
const REQUESTS_PER_HAPPENING = 25;

/** How long a fault lasts, in ms: long enough to meet requests, short enough that most requests meet only few faults. */
const FAULT_MS = [400, 2500] as const;
/** How long an agent is away, in ms. */
const AWAY_MS = [200, 4000] as const;

/** Clocks of laptops are off by seconds, or, after a wrong time zone, by hours. In ms. */
const OFFSETS_MS = [0, 3000, -3000, 45_000, -45_000, 3_600_000, -3_600_000];
const PERCENTAGES = [0, 10, 25, 50, 75, 100, 100];

/** What happens at one moment; `before` is filled in when the moment is known. */
type Card = (random: () => number) => Omit<Happening, 'before'>;

/**
 * Makes the plan of a run. The seed alone decides what happens: a longer run goes on where a shorter one ends.
 * @param requests of all modes together
 */
export function makePlan(seed: number, requests: number): Plan {
  const shared = LAB_MODES.map((mode) => Math.floor(requests * SHARES[mode]));
  const rest = requests - shared.reduce((sum, each) => sum + each, 0);
  const phases = LAB_MODES.map((mode, i) => makePhase(seed, mode, (shared[i] ?? 0) + (i === 0 ? rest : 0)));
  return { seed, phases: phases.filter((phase) => phase.requests > 0) };
}

function makePhase(seed: number, mode: LabMode, requests: number): Phase {
  const random = generator(seed, LAB_MODES.indexOf(mode));
  const gap = randomExponential.source(random)(1 / REQUESTS_PER_HAPPENING);
  const cards = deck(cardsFor(mode), random);
  const happenings: Happening[] = [];
  for (let before = gap(); before < requests; before += gap()) {
    happenings.push({ before: Math.floor(before), ...cards.next().value(random) } as Happening);
  }
  return { mode, first: 0, requests, happenings };
}

function cardsFor(mode: LabMode): Card[] {
  const isEventDriven = mode !== 'polling';
  return [
    ...faultNames(isEventDriven).map((fault): Card => (random) => ({ do: 'fault', fault, forMs: between(FAULT_MS, random) })),
    ...times(3, (random) => ({ do: 'crash', agent: oneOf(HONEST_AGENTS, random), forMs: between(AWAY_MS, random) })),
    ...times(3, (random) => ({ do: 'sleep', agent: oneOf(HONEST_AGENTS, random), forMs: between(AWAY_MS, random) })),
    ...times(1, (random) => ({ do: 'restart', agent: oneOf(OWN_AGENTS, random) })),
    ...times(3, (random) => ({ do: 'clock', agent: oneOf(OWN_AGENTS, random), offsetMs: oneOf(OFFSETS_MS, random) })),
    ...ATTACKS.map((attack): Card => (random) => ({ do: 'attack', attack, forMs: between(FAULT_MS, random) })),
    ...(isEventDriven ? times(5, (random) => ({ do: 'rollout', percent: oneOf(PERCENTAGES, random) })) : []),
  ];
}

/** Deals the cards in random order, all of them before any comes again, so that a short run meets many kinds. */
function* deck(cards: readonly Card[], random: () => number): Generator<Card, never> {
  for (;;) {
    const left = [...cards];
    while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0] as Card;
  }
}

const times = (n: number, card: Card): Card[] => Array<Card>(n).fill(card);
const oneOf = <T>(values: readonly T[], random: () => number): T => values[Math.floor(random() * values.length)] as T;
const between = ([least, most]: readonly [number, number], random: () => number): number => Math.round(least + random() * (most - least));
