import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';

const NAMES = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--remote-debugging-port=0',
];

/** Path of a Chromium on this machine: what CHROMIUM_PATH says, or one of the usual places. */
export const findBrowser = (): string | undefined => process.env['CHROMIUM_PATH'] ?? NAMES.find((name) => existsSync(name));

/** A window of a page, as far as a test needs to look at it. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A real browser with one page, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/). */
export class Browser {
  /** Complaints of the page: its console's errors, what its security policy refused, exceptions. */
  readonly complaints: string[] = [];
  /** Every address that the page has asked. */
  readonly requested: string[] = [];
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private nextId = 1;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => this.hear(JSON.parse(data.toString()) as Reply));
  }

  static async start(executable: string): Promise<Browser> {
    const profile = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-browser-'));
    const child = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const port = await debuggingPort(child);
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { type: string; webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(pages.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
    await once(socket, 'open');
    const browser = new Browser(child, profile, socket);
    await Promise.all(['Page', 'Runtime', 'Log', 'Network'].map((domain) => browser.call(`${domain}.enable`)));
    return browser;
  }

  async open(url: string): Promise<void> {
    await this.call('Page.navigate', { url });
    await this.until(`document.readyState === 'complete'`);
  }

  async look({ width, height, scheme }: View): Promise<void> {
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  /** Value of an expression in the page. @throws Error with what it threw */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }

  /** Waits until an expression in the page is true. @throws Error after so many ms */
  async until(expression: string, ms = 8_000): Promise<void> {
    const giveUpAt = Date.now() + ms;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > giveUpAt) throw new Error(`never true in the page: ${expression}; it shows: ${await this.text('body')}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** What a person reads in the first element that matches. */
  text(selector: string): Promise<string> {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
  }

  /** Presses a key as a person does: `Tab`, `Enter`, `ArrowLeft`. */
  async press(key: 'Tab' | 'Enter' | 'ArrowLeft'): Promise<void> {
    const code = { Tab: 9, Enter: 13, ArrowLeft: 37 }[key];
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' && { text: '\r' }) };
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** The whole page as a PNG. */
  async screenshot(file: string): Promise<void> {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: true });
    await writeFile(file, Buffer.from(data as string, 'base64'));
  }

  async close(): Promise<void> {
    const gone = once(this.process, 'exit');
    this.socket.close();
    this.process.kill('SIGKILL');
    await gone;
    // Its children end a moment later, and write until then.
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  private async call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const answered = new Promise<Reply>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  private hear({ id, method, params, ...reply }: Reply): void {
    if (id !== undefined) {
      this.waiting.get(id)?.(reply);
      this.waiting.delete(id);
    }
    if (method === 'Network.requestWillBeSent') this.requested.push((params?.['request'] as { url: string }).url);
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params?.['exceptionDetails']));
    if (method === 'Log.entryAdded') {
      const { level, text } = params?.['entry'] as { level: string; text: string };
      if (level === 'error') this.complaints.push(text);
    }
  }
}

/** Chromium says on its standard error where its DevTools are. */
async function debuggingPort(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('Chromium was started without its standard error');
  for await (const line of createInterface({ input: child.stderr })) {
    const port = /^DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
    if (port !== undefined) {
      child.stderr.resume();
      return port;
    }
  }
  throw new Error('Chromium ended before it could be driven');
}
