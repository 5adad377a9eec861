import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startLocalServer, type LocalServer } from './agent-local-server';

/** A web app as people write them for a host of their own: every link absolute, cookies for the whole host. */
export interface App extends LocalServer {
  /** `Cookie` fields that came in. */
  readonly cookies: string[];
}

/** Browsers ask for an icon sooner or later, unless there is one. */
const NO_ICON = '<link rel="icon" href="data:,">';

type Handler = (request: IncomingMessage, reply: ServerResponse, body: Buffer) => void;

/** Pages made on the server, in that colour. Members have to log in by a form. */
export const startServerRenderedApp = (colour: string): Promise<App> => {
  const sessions = new Map<string, string>();
  const page = (content: string): string =>
    `<!doctype html>${NO_ICON}<link rel="stylesheet" href="/style.css"><script src="/app.js"></script>` +
    `<h1>Shop</h1><nav><a id="members" href="/members">Members</a></nav><img src="/logo.svg">${content}`;
  return startApp(colour, {
    'GET /': (_request, reply) => html(reply, page('<p>Welcome</p>')),
    'GET /app.js': (_request, reply) => reply.writeHead(200, { 'content-type': 'text/javascript' }).end('window.hasScript = true'),
    'GET /logo.svg': (_request, reply) => svg(reply),
    'GET /login': (_request, reply) =>
      html(reply, page('<form method="post" action="/login"><input name="user" value="ann"><button>Log in</button></form>')),
    'POST /login': (_request, reply, body) => {
      const session = randomUUID();
      sessions.set(session, new URLSearchParams(body.toString()).get('user') ?? '');
      reply.writeHead(303, { location: '/members', 'set-cookie': `session=${session}; Path=/; HttpOnly; SameSite=Lax` }).end();
    },
    'GET /members': (request, reply) => {
      const user = sessions.get(cookieOf(request, 'session') ?? '');
      if (user === undefined) reply.writeHead(302, { location: '/login' }).end();
      else html(reply, page(`<p>Hello ${user}</p>`));
    },
  });
};

/** One page, and an API that it asks by absolute paths; its routes are names in the browser's history. */
export const startSinglePageApp = (colour: string): Promise<App> => {
  const sessions = new Map<string, string>();
  const script = `
    const api = (path, how) => fetch('/api/' + path, how).then((reply) => reply.json());
    const show = (text) => { document.querySelector('main').innerText = text; };
    window.logIn = async (user) => {
      await api('login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) });
      history.pushState({}, '', '/profile');
      show('Hello ' + (await api('me')).user);
    };
    window.upload = async (length) => {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      const sent = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      return { sent, received: (await api('upload', { method: 'PUT', body: bytes })).sha256 };
    };
    window.download = (range) => fetch('/api/file', { headers: { range } }).then(async (reply) => [reply.status, await reply.text()]);
  `;
  return startApp(colour, {
    'GET /': (_request, reply) =>
      html(
        reply,
        `<!doctype html>${NO_ICON}<link rel="stylesheet" href="/style.css"><script type="module" src="/app.js"></script><main>Log in</main>`,
      ),
    'GET /app.js': (_request, reply) => reply.writeHead(200, { 'content-type': 'text/javascript' }).end(script),
    'POST /api/login': (_request, reply, body) => {
      const session = randomUUID();
      sessions.set(session, (JSON.parse(body.toString()) as { user: string }).user);
      json(reply.setHeader('set-cookie', `session=${session}; Path=/; HttpOnly`), {});
    },
    'GET /api/me': (request, reply) => json(reply, { user: sessions.get(cookieOf(request, 'session') ?? '') ?? 'stranger' }),
    'PUT /api/upload': (_request, reply, body) => json(reply, { sha256: createHash('sha256').update(body).digest('hex') }),
    'GET /api/file': (request, reply) => {
      const [, from = '0', to = '25'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const letters = 'abcdefghijklmnopqrstuvwxyz'.slice(Number(from), Number(to) + 1);
      reply.writeHead(206, { 'content-range': `bytes ${from}-${to}/26` }).end(letters);
    },
  });
};

/** With a stylesheet of that colour that caches may keep for an hour, and an image in it. */
async function startApp(colour: string, handlers: Record<string, Handler>): Promise<App> {
  const cookies: string[] = [];
  const style = `body { color: ${colour}; background: url(/background.svg) }`;
  const all: Record<string, Handler> = {
    ...handlers,
    'GET /style.css': (_request, reply) =>
      reply.writeHead(200, { 'content-type': 'text/css', 'cache-control': 'public, max-age=3600' }).end(style),
    'GET /background.svg': (_request, reply) => svg(reply),
  };
  const server = await startLocalServer((request, reply, body) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie);
    const handler = all[`${request.method ?? ''} ${request.url ?? ''}`];
    if (handler) handler(request, reply, body);
    else reply.writeHead(404).end();
  });
  return { ...server, cookies };
}

const html = (reply: ServerResponse, text: string): void =>
  void reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
const json = (reply: ServerResponse, value: unknown): void =>
  void reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const svg = (reply: ServerResponse): void =>
  void reply.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>');

const cookieOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers.cookie
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
