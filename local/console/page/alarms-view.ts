import type { AlarmState } from '../../../emulator/observations';
import type { ConsoleAlarm, Overview } from '../view-model';
import { byId, h, render } from './dom';
import { ago, clock } from './format';

const STATE_TEXT: Record<AlarmState, string> = { ALARM: 'in alarm', OK: 'OK', INSUFFICIENT_DATA: 'no data' };

/** Shows the alarms, first those that are in alarm, each with its reason and its runbook. The history is below. */
export function showAlarms({ alarms, history, at }: Overview): void {
  const container = byId('alarm-list');
  const wasOpen = container.querySelector('details')?.open ?? false;
  render(container, [alarms, history, Math.floor(at / 10_000)], () => {
    if (alarms.length === 0) return [h('p', { class: 'soft' }, 'The stack has no alarms.')];
    const count = (state: AlarmState): number => alarms.filter((alarm) => alarm.state === state).length;
    return [
      h(
        'p',
        {},
        h('strong', {}, count('ALARM') === 0 ? 'No alarm is on.' : `${count('ALARM')} in alarm.`),
        ` ${count('OK')} OK, ${count('INSUFFICIENT_DATA')} without data.`,
      ),
      h('ul', { class: 'alarms' }, ...alarms.map((alarm) => row(alarm, at))),
      h(
        'details',
        { open: wasOpen },
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
