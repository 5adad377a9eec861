import { startLocalServer, type LocalServer } from './agent-local-server';

export interface Asset {
  /** Path on the request line: `/assets/style-1.css`. */
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Sizes of the files in bytes, as on typical web sites: a few large files, many small ones. */
const SIZES = {
  css: [38_000, 12_000, 6000, 2000],
  js: [40_000, 31_000, 22_000, 14_000, 8000, 1500],
  bmp: [36_000, 28_000, 20_000, 17_000, 12_000, 9000, 5000, 3000, 1500, 1000],
} as const;

/** The files of the page of the local service below: 20 assets, about 300 KB. */
export const ASSETS: readonly Asset[] = [
  ...SIZES.css.map((size, index) => asset(`style-${index}.css`, 'text/css', text(size, `.box-${index} { margin: 1px }\n`))),
  ...SIZES.js.map((size, index) => asset(`script-${index}.js`, 'text/javascript', text(size, `window.loaded = ${index};\n`))),
  ...SIZES.bmp.map((size, index) => asset(`image-${index}.bmp`, 'image/bmp', bitmap(size, index))),
];

/** A local service with one page. Links are relative, so that the page also works below a path prefix. */
export function startAssetPage(): Promise<LocalServer> {
  const served = new Map<string, Pick<Asset, 'type' | 'bytes'>>([
    ['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from(html()) }],
    ...ASSETS.map((each) => [each.path, each] as const),
  ]);
  return startLocalServer((request, reply) => {
    const found = served.get(request.url ?? '');
    if (!found) return void reply.writeHead(404).end();
    reply.writeHead(200, { 'content-type': found.type, 'content-length': found.bytes.length }).end(found.bytes);
  });
}

function asset(name: string, type: string, bytes: Buffer): Asset {
  return { path: `/assets/${name}`, type, bytes };
}

/** Repeats a line, and fills up to the exact size with a comment. */
function text(size: number, line: string): Buffer {
  const lines = line.repeat(Math.floor((size - 4) / line.length));
  return Buffer.from(`${lines}/*${'-'.repeat(size - lines.length - 4)}*/`);
}

/** An image with random-looking pixels: its bytes are not text. https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage */
function bitmap(size: number, seed: number): Buffer {
  const HEADERS = 54;
  const height = 10;
  // The format pads rows to multiples of four bytes. This width needs no padding.
  const width = 4 * Math.floor((size - HEADERS) / (height * 3 * 4));
  const bytes = Buffer.alloc(HEADERS + width * height * 3);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADERS, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  let state = seed + 1;
  for (let at = HEADERS; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function html(): string {
  const links = ASSETS.map(({ path, type }) => {
    const address = path.slice(1);
    if (type === 'text/css') return `<link rel="stylesheet" href="${address}">`;
    return type === 'text/javascript' ? `<script src="${address}" defer></script>` : `<img src="${address}">`;
  });
  // Browsers request an icon if the page does not give one.
  return `<!doctype html><title>20 assets</title><link rel="icon" href="data:,">\n${links.join('\n')}\n`;
}
