import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startLocalServer, type LocalServer } from './agent-local-server';

/** A web app that expects to have its own host: all its links are absolute paths, its cookies are for the whole host. */
export interface App extends LocalServer {
  /** `Cookie` header fields of all requests. */
  readonly cookies: string[];
}

/** An empty icon, so that browsers do not request one. */
const NO_ICON = '<link rel="icon" href="data:,">';

type Handler = (request: IncomingMessage, reply: ServerResponse, body: Buffer) => unknown;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file that both apps offer for download, whole or in ranges. */
const FILE = randomBytes(4 * 1024 * 1024);
export const FILE_SHA256 = sha256(FILE);
export const rangeOfFile = (from: number, to: number): string => FILE.subarray(from, to + 1).toString('hex');

/** Browser-side functions of both apps. */
const BROWSER_SCRIPT = `
    const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
    window.sha256 = async (bytes) => hex(await crypto.subtle.digest('SHA-256', bytes));
    // The browser gives so many random bytes at once.
    window.randomBytes = (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
      return bytes;
    };
    window.download = async (range) => {
      const reply = await fetch('/file', range && { headers: { range } });
      const bytes = await reply.arrayBuffer();
      return [reply.status, range ? hex(bytes) : await sha256(bytes)];
    };
    window.hasScript = true;
`;

const UPLOAD_FORM =
  '<form method="post" action="/photos" enctype="multipart/form-data"><input type="file" name="photo"><button>Send</button></form>';

/** An app that renders its pages on the server, in the given colour. Members log in with a form. */
export const startServerRenderedApp = (colour: string): Promise<App> => {
  const sessions = new Map<string, string>();
  const page = (content: string): string =>
    `<!doctype html>${NO_ICON}<link rel="stylesheet" href="/style.css"><script src="/app.js"></script>` +
    `<h1>Shop</h1><nav><a id="members" href="/members">Members</a></nav><img src="/logo.svg">${content}`;
  return startApp(colour, {
    'GET /': (_request, reply) => html(reply, page('<p>Welcome</p>')),
    'GET /app.js': (_request, reply) => script(reply, BROWSER_SCRIPT),
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
      else html(reply, page(`<p>Hello ${user}</p>${UPLOAD_FORM}`));
    },
    'POST /photos': async (request, reply, body) => {
      const form = await new Response(body, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData();
      const photo = form.get('photo') as File;
      html(reply, page(`<p>${photo.name} ${sha256(new Uint8Array(await photo.arrayBuffer()))}</p>`));
    },
  });
};

/** An app with one page. The page calls an API by absolute paths and keeps its routes in the browser's history. */
export const startSinglePageApp = (colour: string): Promise<App> => {
  const sessions = new Map<string, string>();
  const app = `${BROWSER_SCRIPT}
    const api = (path, how) => fetch('/api/' + path, how).then((reply) => reply.json());
    const show = (text) => { document.querySelector('main').innerText = text; };
    window.logIn = async (user) => {
      await api('login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) });
      history.pushState({}, '', '/profile');
      show('Hello ' + (await api('me')).user);
    };
    window.upload = async (length) => {
      const bytes = randomBytes(length);
      const answer = await api('upload', { method: 'PUT', body: bytes });
      // An answer of another kind shows what went wrong.
      return { sent: await sha256(bytes), received: answer.sha256 ?? answer };
    };
  `;
  return startApp(colour, {
    'GET /': (_request, reply) =>
      html(
        reply,
        `<!doctype html>${NO_ICON}<link rel="stylesheet" href="/style.css"><script type="module" src="/app.js"></script><main>Log in</main>`,
      ),
    'GET /app.js': (_request, reply) => script(reply, app),
    'POST /api/login': (_request, reply, body) => {
      const session = randomUUID();
      sessions.set(session, (JSON.parse(body.toString()) as { user: string }).user);
      json(reply.setHeader('set-cookie', `session=${session}; Path=/; HttpOnly`), {});
    },
    'GET /api/me': (request, reply) => json(reply, { user: sessions.get(cookieOf(request, 'session') ?? '') ?? 'stranger' }),
    'PUT /api/upload': (_request, reply, body) => json(reply, { sha256: sha256(body) }),
  });
};

/** Starts an app. Adds the file and a stylesheet in the given colour, with an image, which caches may keep for an hour. */
async function startApp(colour: string, handlers: Record<string, Handler>): Promise<App> {
  const cookies: string[] = [];
  const style = `body { color: ${colour}; background: url(/background.svg) }`;
  const all: Record<string, Handler> = {
    ...handlers,
    'GET /style.css': (_request, reply) =>
      reply.writeHead(200, { 'content-type': 'text/css', 'cache-control': 'public, max-age=3600' }).end(style),
    'GET /background.svg': (_request, reply) => svg(reply),
    'GET /file': file,
  };
  const server = await startLocalServer((request, reply, body) => {
    if (request.headers.cookie !== undefined) cookies.push(request.headers.cookie);
    const handler = all[`${request.method ?? ''} ${request.url ?? ''}`];
    if (handler) void handler(request, reply, body);
    else reply.writeHead(404).end();
  });
  return { ...server, cookies };
}

const html = (reply: ServerResponse, text: string): void =>
  void reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
const script = (reply: ServerResponse, text: string): void => void reply.writeHead(200, { 'content-type': 'text/javascript' }).end(text);
const json = (reply: ServerResponse, value: unknown): void =>
  void reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const svg = (reply: ServerResponse): void =>
  void reply.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>');

const file: Handler = (request, reply) => {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || to === undefined) return void reply.end(FILE);
  reply.writeHead(206, { 'content-range': `bytes ${from}-${to}/${FILE.length}` }).end(FILE.subarray(Number(from), Number(to) + 1));
};

const cookieOf = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers.cookie
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
