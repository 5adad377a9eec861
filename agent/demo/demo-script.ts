/**
 * The start page's script. It finds out through which address streams come. The tunnel answers a request for an event stream with 501, where it
 * carries whole answers only, and names the address that streams in `Link`. An EventSource could not read that, fetch can.
 */
export const STREAMS_SCRIPT = `
const at = (id) => document.getElementById(id);
const PATIENCE_MS = 5000;

function say(...nodes) { at('door').replaceChildren(...nodes); }

const linkTo = (address) => Object.assign(document.createElement('a'), { href: address, textContent: address });

async function streamingAddress() {
  const { status, headers } = await fetch('clock', { method: 'HEAD', headers: { accept: 'text/event-stream' }, cache: 'no-store' });
  const alternate = status === 501 && /<([^>]*)>; rel="alternate"/.exec(headers.get('link') ?? '')?.[1];
  return alternate ? new URL('.', alternate).href : undefined;
}

function runClock(address) {
  const events = new EventSource((address ?? '') + 'clock');
  const opened = performance.now();
  const impatient = setTimeout(() => say('No event has come for ' + PATIENCE_MS / 1000 + ' s. This address seems to carry whole answers only: '
    + 'the clock stands still, and the chat answers in one piece. The agent prints a streaming address if the environment has one.'), PATIENCE_MS);
  // What is written again would be read out again by screen readers, and a link would lose the keyboard's focus.
  let flows = false;
  events.onmessage = ({ data, lastEventId }) => {
    clearTimeout(impatient);
    at('clock').textContent = new Date(data).toLocaleTimeString();
    at('clock').dateTime = data;
    at('ticks').textContent = 'event ' + lastEventId;
    if (flows) return;
    flows = true;
    if (!address) return say('Streams come through this address as they are made.');
    say('This address carries whole answers only. The streams below come through ', linkTo(address));
  };
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) return at('ticks').append(', opening again …');
    clearTimeout(impatient);
    say('There is no event stream: its request failed after ' + Math.round((performance.now() - opened) / 1000) + ' s. ',
      ...(address ? ['Visit this page at its streaming address, ', linkTo(address)] : []));
  };
}

let earlier;
async function send(address, form) {
  // A new message stops the answer before it.
  earlier?.abort();
  const { signal } = (earlier = new AbortController());
  const line = (className, text) => {
    const element = Object.assign(document.createElement('p'), { className, textContent: text });
    at('talk').append(element);
    return element;
  };
  line('asked', form.elements.message.value);
  const answer = line('answer', '');
  const figures = line('figures', '');
  const began = performance.now();
  let pieces = 0;
  const tell = (end) => (figures.textContent = pieces + (pieces === 1 ? ' piece' : ' pieces') + ' in ' + ((performance.now() - began) / 1000).toFixed(1) + ' s' + end);
  at('talk').setAttribute('aria-busy', 'true');
  try {
    const response = await fetch((address ?? '') + 'chat', { method: 'POST', body: new URLSearchParams(new FormData(form)), signal });
    if (!response.ok) throw new Error('status ' + response.status);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      answer.append(part.value);
      pieces += 1;
      tell(' …');
    }
    tell('');
  } catch (error) {
    tell(signal.aborted ? ', stopped' : ', then it failed: ' + error.message);
  }
  if (!signal.aborted) at('talk').setAttribute('aria-busy', 'false');
}

const looking = streamingAddress().catch(() => undefined);
void looking.then(runClock);
at('chat').addEventListener('submit', async (event) => {
  event.preventDefault();
  void send(await looking, event.target);
});
`;
