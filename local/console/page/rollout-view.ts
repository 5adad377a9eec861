import type { Figures, Overview, RolloutCard, WakeShare } from '../view-model';
import { byId, h, render } from './dom';
import { ago, clock, ms, percent, whole } from './format';

/** Shows the verdict as a sentence, the canary beside its control, and the rollout. */
export function showRollout(overview: Overview): void {
  const { verdict, rollout, canary, control, modes, wakes, minutes, at } = overview;
  const box = byId('verdict');
  box.dataset['kind'] = verdict.kind;
  render(box, verdict, () => [
    h('h1', { class: 'headline' }, h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[verdict.kind]), verdict.headline),
    ...verdict.points.map((point) => h('p', {}, point)),
  ]);
  byId('cohorts-span').textContent = span(minutes);
  render(byId('cohorts'), [canary, control, modes], () => [cohortTable(overview)]);
  render(byId('rollout-card'), [rollout, Math.floor(at / 10_000)], () => rolloutItem(rollout, at));
  render(byId('wakes'), [wakes, minutes], () => wakeBar(wakes, minutes));
}

/** A colour alone says nothing to those who cannot see it. */
const MARKS: Record<Overview['verdict']['kind'], string> = { good: '✓', warning: '!', bad: '✗', unknown: '–' };

const span = (minutes: number): string => (minutes === 1 ? 'last minute' : `last ${minutes} minutes`);

const ROWS: readonly {
  readonly name: string;
  readonly title: string;
  readonly text: (figures: Figures) => string;
  readonly value?: (figures: Figures) => number | undefined;
}[] = [
  { name: 'Requests', title: 'sent to an agent', text: ({ requests }) => whole(requests) },
  {
    name: 'Errors',
    title: 'answered with an error of the tunnel',
    text: ({ errors, requests }) => `${percent(errors, requests)} (${whole(errors)})`,
    value: ({ errors, requests }) => (requests === 0 ? undefined : errors / requests),
  },
  {
    name: 'Response p50',
    title: "from the visitor's arrival to the answer",
    text: ({ response }) => ms(response.p50),
    value: ({ response }) => response.p50,
  },
  {
    name: 'Response p99',
    title: 'one visitor in a hundred waits longer',
    text: ({ response }) => ms(response.p99),
    value: ({ response }) => response.p99,
  },
  {
    name: 'Return p50',
    title: 'from the stored answer until the waiter has it',
    text: ({ returned }) => ms(returned.p50),
    value: ({ returned }) => returned.p50,
  },
  {
    name: 'Return p99',
    title: 'return time that one request in a hundred exceeds',
    text: ({ returned }) => ms(returned.p99),
    value: ({ returned }) => returned.p99,
  },
];

function cohortTable({ canary, control, modes: all }: Overview): HTMLElement {
  // A cohort with a single mode needs no extra column for that mode.
  const modes = all.filter(({ cohort }) => all.filter((each) => each.cohort === cohort).length > 1);
  return h(
    'table',
    { class: 'figures' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td'),
        h('th', { scope: 'col' }, h('span', { class: 'dot canary' }), 'Canary', h('small', {}, 'event-driven')),
        h('th', { scope: 'col' }, h('span', { class: 'dot control' }), 'Control', h('small', {}, 'polling')),
        ...modes.map(({ cohort, mode }) =>
          h('th', { scope: 'col', class: 'part' }, mode, h('small', {}, cohort === 'polling' ? 'of the control' : 'of the canary')),
        ),
      ),
    ),
    h(
      'tbody',
      {},
      ...ROWS.map((row) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row', title: row.title }, row.name),
          ...[canary, control].map((figures, i) =>
            h('td', { class: isBetter(row.value, figures, i === 0 ? control : canary) && 'best' }, row.text(figures)),
          ),
          ...modes.map((figures) => h('td', { class: 'part' }, row.text(figures))),
        ),
      ),
    ),
  );
}

/** Whether a value is lower than the other by more than a tenth. */
function isBetter(value: ((figures: Figures) => number | undefined) | undefined, one: Figures, other: Figures): boolean {
  const [a, b] = [value?.(one), value?.(other)];
  return a !== undefined && b !== undefined && a < b * 0.9;
}

const STATES: Record<RolloutCard['state'], string> = {
  open: '',
  latched: 'latched',
  'switched-off': 'kill switch on',
  malformed: 'malformed',
  unreadable: 'cannot be read',
};

/** The item as it is stored: percent, latch, who, why, when; and the command that comes next. */
function rolloutItem({ state, percent: value, change, trouble, next }: RolloutCard, now: number): Node[] {
  return [
    h(
      'p',
      { class: 'big' },
      value === undefined ? 'Unknown' : `${value} %`,
      h('small', {}, value === undefined ? ` ${trouble ?? ''}` : ' of requests are event-driven'),
      state !== 'open' && h('span', { class: `badge ${state}` }, STATES[state]),
    ),
    ...(value === undefined ? [] : [h('meter', { min: 0, max: 100, value, 'aria-label': 'share of event-driven requests' })]),
    ...(change
      ? [
          h(
            'dl',
            {},
            ...row('By', change.by),
            ...row('Why', change.why),
            ...row('When', `${clock(change.since)}, ${ago(change.since, now)}`),
            ...(change.overruled ? row('Overruled', change.overruled.join(', ')) : []),
          ),
        ]
      : [h('p', { class: 'soft' }, "Nobody has changed it: the share is the environment's setting.")]),
    h(
      'div',
      { class: 'next' },
      h('h3', {}, 'What comes next'),
      next.command !== undefined && h('pre', { tabindex: 0, 'data-key': 'next' }, h('code', {}, next.command)),
      h('p', {}, next.text),
    ),
  ];
}

const row = (name: string, text: string): HTMLElement[] => [h('dt', {}, name), h('dd', {}, text)];

const LOOKS: Record<string, string> = { direct: 'canary', bus: 'third', 'safety-read': 'fourth' };

function wakeBar(wakes: readonly WakeShare[], minutes: number): Node[] {
  const total = wakes.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [h('p', { class: 'soft' }, `No waiter was woken in the ${span(minutes)}.`)];
  const parts = wakes
    .filter(({ count }) => count > 0)
    .map(({ source, count }) => {
      const part = h('span', { class: `part ${LOOKS[source] ?? 'fourth'}` });
      part.style.flexGrow = String(count);
      return part;
    });
  const rows = wakes.map(({ source, count, p50, p99 }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('span', { class: `dot ${LOOKS[source] ?? 'fourth'}` }), source),
      h('td', {}, percent(count, total)),
      h('td', {}, ms(p50)),
      h('td', {}, ms(p99)),
    ),
  );
  const head = h('tr', {}, h('td'), h('th', { scope: 'col' }, 'share'), h('th', { scope: 'col' }, 'p50'), h('th', { scope: 'col' }, 'p99'));
  return [
    h('div', { class: 'stack', 'aria-hidden': 'true' }, ...parts),
    h('table', { class: 'figures small' }, h('thead', {}, head), h('tbody', {}, ...rows)),
  ];
}
