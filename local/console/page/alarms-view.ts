import type { AlarmState } from '../../../emulator/observations';
import type { ConsoleAlarm, Overview } from '../view-model';
import { byId, h, render } from './dom';
import { ago, clock } from './format';

const STATE_TEXT: Record<AlarmState, string> = { ALARM: 'in alarm', OK: 'OK', INSUFFICIENT_DATA: 'no data' };

/** Shows the alarms that are on, each with its reason and its runbook. The others and the history are below, collapsed. */
export function showAlarms({ alarms, history, at }: Overview): void {
  const container = byId('alarm-list');
  const isOpen = (key: string): boolean => container.querySelector<HTMLDetailsElement>(`details[data-name="${key}"]`)?.open ?? false;
  const [quietOpen, historyOpen] = [isOpen('quiet'), isOpen('history')];
  render(container, [alarms, history, Math.floor(at / 10_000)], () => {
    if (alarms.length === 0) return [h('p', { class: 'soft' }, 'The stack has no alarms.')];
    const on = alarms.filter(({ isOn }) => isOn);
    const quiet = alarms.filter(({ isOn }) => !isOn);
    const ok = quiet.filter(({ state }) => state === 'OK').length;
    return [
      h(
        'p',
        {},
        h('strong', {}, on.length === 0 ? 'No alarm is on.' : on.length === 1 ? 'One alarm is on.' : `${on.length} alarms are on.`),
      ),
      ...(on.length > 0 ? [h('ul', { class: 'alarms' }, ...on.map((alarm) => row(alarm, at)))] : []),
      ...(quiet.length > 0
        ? [
            h(
              'details',
              { open: quietOpen, 'data-name': 'quiet' },
              h('summary', { 'data-key': 'quiet' }, `${ok} OK${ok < quiet.length ? `, ${quiet.length - ok} without data yet` : ''}`),
              h('ul', { class: 'alarms' }, ...quiet.map((alarm) => row(alarm, at))),
            ),
          ]
        : []),
      h(
        'details',
        { open: historyOpen, 'data-name': 'history' },
        h('summary', { 'data-key': 'history' }, `History (${history.length})`),
        h(
          'ol',
          { class: 'history' },
          ...history.map((change) =>
            h(
              'li',
              {},
              h('time', {}, clock(change.at)),
              ` ${change.name}: ${STATE_TEXT[change.from]} → `,
              h('strong', { class: `state ${change.to}` }, STATE_TEXT[change.to]),
              h('small', {}, change.reason),
            ),
          ),
        ),
      ),
    ];
  });
}

function row({ name, kind, state, reason, since, description, runbook }: ConsoleAlarm, now: number): HTMLElement {
  return h(
    'li',
    { class: state },
    h('span', { class: `state ${state}` }, STATE_TEXT[state]),
    h(
      'div',
      {},
      h(
        'p',
        {},
        h('strong', { title: description }, name),
        kind === 'composite' && h('small', {}, ' composite'),
        h('small', { title: clock(since) }, ` ${ago(since, now)}`),
        runbook !== undefined && h('a', { href: runbook, target: '_blank', rel: 'noopener', 'data-key': name }, 'runbook'),
      ),
      h('p', { class: 'soft' }, reason),
    ),
  );
}
