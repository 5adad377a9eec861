import type { IncomingMessage } from 'node:http';
import { receivedHeaders } from './demo-exchange';
import { STREAMS_SCRIPT } from './demo-script';

/** The endpoints that the start page and the 404 page list: a path for people to read, an example link, and a description. */
const DEMO_PATHS = [
  { path: '/echo', example: 'echo?hello=world', does: 'shows the request as JSON; large bodies only as a hash' },
  { path: '/clock', example: 'clock?events=5', does: 'sends the time once a second, as server-sent events' },
  { path: '/chat', example: 'chat?message=hello', does: 'answers token by token, with a made-up text' },
  { path: '/delay/<ms>', example: 'delay/1000', does: 'answers after that many milliseconds, up to 60000' },
  { path: '/big/<bytes>', example: 'big/50000', does: 'answers with that many bytes, always the same, up to 10 MB' },
  { path: '/cookies', example: 'cookies', does: "sets two cookies and shows the request's cookies" },
  { path: '/cookies/clear', example: 'cookies/clear', does: 'removes the two cookies' },
  { path: '/status/<code>', example: 'status/418', does: 'answers with that status, 200 to 599' },
  { path: '/redirect', example: 'redirect', does: '302 to ./echo' },
  { path: '/binary', example: 'binary', does: 'answers with all 256 byte values' },
  { path: '/nonce/<x>', example: 'nonce/abc', does: 'answers with x' },
] as const;

/** The start page. All its links are relative, so the page works below a prefix, such as `https://example.com/demo/`. */
export function demoPage(request: IncomingMessage): string {
  const rows = receivedHeaders(request).map(([name, value]) => `<tr><th>${escape(name)}</th><td>${escape(value)}</td></tr>`);
  return page(
    'It works',
    `<p class="lead">This page comes from a service on somebody's own machine, through a tunnel.</p>
<section><h2>Try</h2>${endpointList('')}</section>
<section><h2>Streams</h2>
<p id="door" class="soft" role="status">Looking for an address that streams …</p>
<p class="clock"><time id="clock">--:--:--</time> <span id="ticks" class="soft">no event yet</span></p>
<div id="talk" role="log" aria-label="Chat"></div>
<form id="chat" action="chat" method="post"><label>Message <input name="message" value="Does this stream?" maxlength="500" required></label>
<button>Send</button></form>
<p class="soft">The answer is made up by the demo service, with about 20 tokens a second. No language model is asked.</p></section>
<section><h2>Send something</h2>
<form action="echo" method="post"><label>Message <input name="message" value="Hello, tunnel"></label>
<button>Send to echo</button></form>
<form action="echo" method="post" enctype="multipart/form-data"><label>File <input name="file" type="file"></label>
<button>Upload to echo</button></form></section>
<section><h2>Your request, as it arrived</h2>
<p><code>${escape(`${request.method ?? ''} ${request.url ?? ''}`)}</code></p>
<div class="wide"><table>${rows.join('\n')}</table></div></section>
<script>${STREAMS_SCRIPT}</script>`,
  );
}

export function notFoundPage(pathname: string): string {
  // The links are relative and lead up from the page's own path, because the prefix is unknown.
  const up = '../'.repeat(Math.max(0, pathname.split('/').length - 2));
  return page(
    'Page not found',
    `<p class="lead">The demo service has no <code>${escape(pathname)}</code>. Its endpoints are:</p>
<section>${endpointList(up)}</section>`,
  );
}

function endpointList(prefix: string): string {
  const items = DEMO_PATHS.map(
    ({ path, example, does }) => `<li><a href="${prefix}${example}"><code>${escape(path)}</code></a><span>${does}</span></li>`,
  );
  return `<ul>${items.join('\n')}</ul>`;
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · http-tunnel demo</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main><header><p class="badge">http-tunnel demo</p><h1>${title}</h1></header>
${content}
</main></body></html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6678; --line: #dfe4ec; --paper: #fff; --ground: #f4f6fa; --accent: #1b66d2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf3; --soft: #a3adbd; --line: #333c4b; --paper: #1b212b; --ground: #12161d; --accent: #79b0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 2.2rem; margin: .3rem 0 0; letter-spacing: -.02em; }
h2 { font-size: 1.05rem; margin: 0 0 .8rem; }
.badge { display: inline-block; margin: 0; padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem;
  color: var(--soft); font-size: .85rem; }
.soft, .figures { color: var(--soft); font-size: .9rem; margin: 0; overflow-wrap: anywhere; }
form + .soft { margin-top: .8rem; }
.clock { margin: .6rem 0; } .clock time { font-size: 1.8rem; font-variant-numeric: tabular-nums; margin-right: .6rem; }
#talk p { margin: 0 0 .4rem; overflow-wrap: anywhere; } #talk .asked { font-weight: 600; margin-top: .8rem; } #talk .figures { margin-bottom: 1rem; }
.lead { color: var(--soft); margin: .5rem 0 1.5rem; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: .8rem; padding: 1.25rem; margin: 0 0 1.25rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .35rem 0; border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
li a { flex: 0 0 10rem; } li span { color: var(--soft); }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
form { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; } label { flex: 1 1 14rem; color: var(--soft); font-size: .9rem; }
form + form { margin-top: 1rem; }
input { display: block; width: 100%; margin-top: .25rem; }
input, button { font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--ground); color: var(--ink); }
button { background: var(--accent); border-color: var(--accent); color: var(--paper); cursor: pointer; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 500; white-space: nowrap; }
`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
