import type { ConsoleLine } from '../view-model';
import { byId, h } from './dom';
import { chooseRequest } from './requests-view';
import { clock } from './format';

/** Lines that the page keeps; the cloud keeps more. */
const KEPT = 2_000;
const SHOWN = 500;

let lines: ConsoleLine[] = [];

/** Adds log lines. With `fresh`, the new lines replace the old lines. */
export function addLines(fresh: boolean, more: readonly ConsoleLine[]): void {
  lines = [...(fresh ? [] : lines), ...more].slice(-KEPT);
  showLines();
}

export function watchLogControls(): void {
  for (const id of ['log-filter', 'log-metrics', 'log-frame', 'log-follow']) byId(id).addEventListener('input', showLines);
}

function showLines(): void {
  const words = byId<HTMLInputElement>('log-filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = lines.filter((line) => isWanted(line) && matches(line, words)).slice(-SHOWN);
  const container = byId('log-lines');
  const before = container.scrollTop;
  container.replaceChildren(
    ...(shown.length === 0
      ? [
          h(
            'p',
            { class: 'soft' },
            words.length > 0 ? 'No line matches the filter.' : "So far there are only metrics and Lambda's own lines.",
          ),
        ]
      : shown.map(row)),
  );
  container.scrollTop = byId<HTMLInputElement>('log-follow').checked ? container.scrollHeight : before;
}

function isWanted({ kind }: ConsoleLine): boolean {
  if (kind === 'message') return true;
  return byId<HTMLInputElement>(kind === 'metrics' ? 'log-metrics' : 'log-frame').checked;
}

const matches = ({ functionName, text, requestId = '', level }: ConsoleLine, words: readonly string[]): boolean => {
  const whole = `${functionName} ${level} ${text} ${requestId}`.toLowerCase();
  return words.every((word) => whole.includes(word));
};

function row({ at, functionName, level, text, requestId }: ConsoleLine): HTMLElement {
  const line = h(
    'p',
    { class: level },
    h('time', {}, clock(at)),
    h('span', { class: 'what' }, functionName),
    h('span', { class: 'text' }, text),
  );
  if (requestId !== undefined) {
    const button = h('button', { type: 'button', title: `timeline of ${requestId}` }, requestId.slice(0, 8));
    button.addEventListener('click', () => {
      void chooseRequest(requestId);
      byId('requests').scrollIntoView();
    });
    line.append(button);
  }
  return line;
}
