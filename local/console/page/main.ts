/** The console page: one stream of events from the local cloud, and a view for each of its parts. */
import type { ConsoleLine, Overview } from '../view-model';
import { showAlarms } from './alarms-view';
import { byId, render } from './dom';
import { lineChart } from './line-chart';
import { addLines, watchLogControls } from './logs-view';
import { showRequests } from './requests-view';
import { showRollout } from './rollout-view';

const minutes = byId<HTMLSelectElement>('minutes');
let stream: EventSource | undefined;

function connect(): void {
  stream?.close();
  const source = new EventSource(`/api/events?minutes=${minutes.value}`);
  stream = source;
  // The browser reconnects by itself, unless the server refused the stream.
  source.addEventListener('error', () => {
    say('lost', 'not connected: is npm start still running?');
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
  source.addEventListener('overview', ({ data }: MessageEvent<string>) => show(JSON.parse(data) as Overview));
  source.addEventListener('trouble', ({ data }: MessageEvent<string>) =>
    say('lost', `the console failed: ${(JSON.parse(data) as { message: string }).message}`),
  );
  source.addEventListener('lines', ({ data }: MessageEvent<string>) => {
    const { fresh, lines } = JSON.parse(data) as { fresh: boolean; lines: ConsoleLine[] };
    addLines(fresh, lines);
  });
}

function say(state: string, text: string): void {
  const connection = byId('connection');
  connection.dataset['state'] = state;
  connection.textContent = text;
}

function show(overview: Overview): void {
  say('live', 'live');
  byId('environment').textContent = overview.environment;
  // A tab in the background shows its title only.
  document.title = `${overview.verdict.kind === 'bad' ? '✗ ' : ''}http-tunnel console`;
  showRollout(overview);
  showAlarms(overview);
  showRequests(overview);
  const { at, periodMs, charts } = overview;
  const to = Math.floor(at / periodMs) * periodMs;
  const span = { from: to - overview.minutes * 60_000, to, periodMs };
  // Charts are not redrawn while the user points at a chart or has it in focus.
  const container = byId('charts');
  if (!container.matches(':has(svg:hover, svg:focus)'))
    render(container, [charts, to], () => charts.map((chart) => lineChart(chart, span)));
}

minutes.addEventListener('change', connect);
watchLogControls();
connect();
