import type { TimelineEntry } from '../../story/story';
import type { Overview, RequestRow, RequestStory } from '../view-model';
import { byId, h, render } from './dom';
import { clock, ms } from './format';

/** Some entries of a story arrive after the answer, so the story of a request younger than this is loaded again. In ms. */
const SETTLED_MS = 10_000;

let selected: string | undefined;

/** Shows the newest requests, and the chosen request's way through the functions. */
export function showRequests({ requests, at }: Overview): void {
  render(byId('request-list'), [requests, selected], () =>
    requests.length === 0
      ? [h('p', { class: 'soft' }, 'No request has come yet.')]
      : [h('ul', { class: 'requests' }, ...requests.map(requestRow))],
  );
  if (selected === undefined && requests.length === 0) hint();
  const current = requests.find(({ requestId }) => requestId !== undefined && (selected === undefined || requestId === selected));
  if (current?.requestId !== undefined && (selected === undefined || at - current.at < SETTLED_MS)) void chooseRequest(current.requestId);
}

/** Shows one request's timeline, and keeps it until another is chosen. */
export async function chooseRequest(requestId: string): Promise<void> {
  selected = requestId;
  for (const button of document.querySelectorAll<HTMLElement>('[data-request]')) {
    button.setAttribute('aria-pressed', String(button.dataset['request'] === requestId));
  }
  const response = await fetch(`/api/requests/${encodeURIComponent(requestId)}`);
  const body = (await response.json()) as RequestStory | { message: string };
  if (selected !== requestId) return;
  render(byId('timeline'), body, () => ('entries' in body ? story(body) : [h('p', { class: 'soft' }, body.message)]));
}

function hint(): void {
  render(byId('timeline'), null, () => [h('p', { class: 'soft' }, 'Choose a request to see its timeline.')]);
}

function requestRow({ requestId, at, method, path, status, ms: took, fate, error, tunnelId, mode }: RequestRow): HTMLElement {
  const cells = [
    h('time', {}, clock(at)),
    h('span', { class: 'method' }, method),
    h('span', { class: 'what', title: path }, path),
    h('span', { class: `status ${fate}`, title: error }, status),
    h('span', { class: 'took' }, ms(took)),
    h('span', { class: 'soft', title: error }, error ?? (requestId === undefined ? 'of API Gateway' : (mode ?? ''))),
  ];
  // What API Gateway answers by itself has no story.
  if (requestId === undefined) return h('li', { class: 'row' }, ...cells);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'row',
      'data-request': requestId,
      'data-key': requestId,
      'aria-pressed': String(requestId === selected),
      title: `${tunnelId === undefined ? '' : `tunnel ${tunnelId}, `}request ${requestId}`,
    },
    ...cells,
  );
  button.addEventListener('click', () => void chooseRequest(requestId));
  return h('li', {}, button);
}

function story({ requestId, entries }: RequestStory): Node[] {
  const from = Math.min(...entries.map(({ at }) => at));
  const to = Math.max(...entries.map(({ at, ms: took = 0 }) => at + took));
  return [
    h('p', { class: 'soft' }, 'Request ', h('code', {}, requestId), `, ${ms(to - from)} in total`),
    h('ol', { class: 'waterfall' }, ...entries.map((entry) => entryRow(entry, from, Math.max(1, to - from)))),
  ];
}

function entryRow({ at, ms: took, functionName, kind, text, failed, depth }: TimelineEntry, from: number, wholeMs: number): HTMLElement {
  const bar = h('span', { class: `span ${kind}` });
  bar.style.left = `min(${((at - from) / wholeMs) * 100}%, 100% - 2px)`;
  bar.style.width = `${((took ?? 0) / wholeMs) * 100}%`;
  const name = h(
    'span',
    { class: 'name', title: text },
    kind === 'invocation' ? h('strong', {}, functionName) : '',
    ` ${kind === 'invocation' ? text.replace(/^invocation(: )?/, '') : text}`,
  );
  name.style.paddingInlineStart = `${depth}rem`;
  return h(
    'li',
    { class: failed && 'bad', title: `${functionName}: ${text}` },
    h('span', { class: 'when' }, `+${ms(at - from)}`),
    name,
    h('span', { class: 'track' }, bar),
    h('span', { class: 'took' }, took === undefined ? '' : ms(took)),
  );
}
