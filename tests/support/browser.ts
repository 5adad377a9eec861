import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { eventually } from './eventually';

const NAMES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Path of Chromium or Chrome on this machine: the value of CHROMIUM_PATH, or one of the usual places. */
const executable = process.env['CHROMIUM_PATH'] ?? NAMES.find((name) => existsSync(name));

/** Defines tests that use a real browser. Without a browser the tests are skipped with a message on stderr; in CI they fail. */
export function describeInBrowser(title: string, tests: (launch: () => Promise<Browser>) => void): void {
  if (executable !== undefined) return void describe(title, () => tests(() => Browser.launch(executable)));
  const remedy = 'needs Chromium or Chrome: install one, or name it in CHROMIUM_PATH';
  process.stderr.write(`\nSKIPPED: ${title}: ${remedy}\n`);
  (process.env['CI'] === 'true' ? it : it.skip)(title, () => {
    throw new Error(remedy);
  });
}

/** The properties of a window that tests set. */
export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

type Result = Record<string, unknown>;
type Hear = (method: string, params: Result) => void;

/**
 * A real browser, controlled by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) over pipes. Because of
 * the pipes, the browser ends when the process that started it ends.
 */
export class Browser {
  private readonly listeners = new Map<string, Hear>();
  private readonly pending = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  private readonly toBrowser: Writable;
  private unread = '';
  private sent = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
  ) {
    const [, , , toBrowser, fromBrowser] = process.stdio as [null, null, null, Writable, Readable];
    this.toBrowser = toBrowser;
    fromBrowser.setEncoding('utf8').on('data', (text: string) => this.read(text));
  }

  static async launch(executable: string): Promise<Browser> {
    const profile = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-browser-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    return new Browser(spawn(executable, [...FLAGS, `--user-data-dir=${profile}`], { stdio: [...stdio] }), profile);
  }

  /** Opens a page in its own browser context: pages share no cookies and no cache. */
  async newPage(): Promise<Page> {
    const { browserContextId } = await this.call('Target.createBrowserContext');
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page((method, params) => this.call(method, params, sessionId as string));
    this.listeners.set(sessionId as string, page.hear);
    await Promise.all(['Runtime', 'Log', 'Network'].map((domain) => this.call(`${domain}.enable`, {}, sessionId as string)));
    return page;
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    await this.call('Browser.close');
    await exited;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private call(method: string, params: Result = {}, sessionId?: string): Promise<Result> {
    const id = (this.sent += 1);
    this.toBrowser.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`);
    return new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }));
  }

  /** Splits the input into messages, which end with a NUL. */
  private read(text: string): void {
    const messages = (this.unread + text).split('\0');
    this.unread = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error, sessionId, method, params } = JSON.parse(message) as Message;
      if (method !== undefined) this.listeners.get(sessionId ?? '')?.(method, params ?? {});
      const call = this.pending.get(id ?? 0);
      this.pending.delete(id ?? 0);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result ?? {});
    }
  }
}

interface Message {
  readonly id?: number;
  readonly result?: Result;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Result;
}

export interface PageResponse {
  readonly url: string;
  readonly status: number;
  /** The body that the page received. @throws Error before the body is complete, and after the page has navigated away */
  readonly body: () => Promise<Buffer>;
}

export class Page {
  /** Errors in the console: failed requests, violations of the security policy, exceptions. */
  readonly complaints: string[] = [];
  /** Every URL that the page has requested. */
  readonly requested: string[] = [];
  /** Every response, in the order in which the header fields arrived. */
  readonly responses: PageResponse[] = [];

  constructor(private readonly call: (method: string, params?: Result) => Promise<Result>) {}

  /** Opens a URL as if typed into the address bar, without a referrer. Resolves when the page has loaded. */
  async goto(url: string): Promise<void> {
    await this.leave(() => this.call('Page.navigate', { url }));
  }

  async reload(): Promise<void> {
    await this.leave(() => this.call('Page.reload'));
  }

  /** Disables the cache: from now on the page requests everything again. */
  async disableCache(): Promise<void> {
    await this.call('Network.setCacheDisabled', { cacheDisabled: true });
  }

  /** Clicks on an element that leads to another page. Resolves when that page has loaded. */
  async follow(selector: string): Promise<void> {
    await this.leave(() => this.evaluate(`setTimeout(() => document.querySelector(${JSON.stringify(selector)}).click())`));
  }

  /** The value of an expression in the page. Promises are awaited; the value must be JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: T }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? `${expression} failed`);
    return result.value;
  }

  text(selector = 'body'): Promise<string> {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    await eventually(async () => {
      if (await this.evaluate<boolean>(`Boolean(${expression})`)) return;
      throw new Error(`not true in the page: ${expression}; it shows: ${await this.text()}`);
    });
  }

  async look({ width, height, scheme }: View): Promise<void> {
    await this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  async press(key: 'Tab' | 'Enter' | 'ArrowLeft'): Promise<void> {
    const code = { Tab: 9, Enter: 13, ArrowLeft: 37 }[key];
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' && { text: '\r' }) };
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Saves the whole page as a PNG. */
  async screenshot(file: string): Promise<void> {
    const { data } = await this.call('Page.captureScreenshot', { captureBeyondViewport: true });
    await writeFile(file, Buffer.from(data as string, 'base64'));
  }

  readonly hear: Hear = (method, params) => {
    if (method === 'Network.requestWillBeSent') this.requested.push((params['request'] as { url: string }).url);
    if (method === 'Network.responseReceived') this.keepResponse(params);
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params['exceptionDetails']));
    if (method !== 'Log.entryAdded') return;
    const { level, text } = params['entry'] as { level: string; text: string };
    if (level === 'error') this.complaints.push(text);
  };

  private keepResponse({ requestId, response }: Result): void {
    const { url, status } = response as { url: string; status: number };
    const body = async (): Promise<Buffer> => {
      const { body: content, base64Encoded } = await this.call('Network.getResponseBody', { requestId });
      return Buffer.from(content as string, base64Encoded === true ? 'base64' : 'utf8');
    };
    this.responses.push({ url, status, body });
  }

  /** Marks the current page, and waits until a page without the mark has loaded. */
  private async leave(go: () => Promise<unknown>): Promise<void> {
    await this.evaluate('window.isLeft = true');
    await go();
    await eventually(async () => {
      const hasLoaded = await this.evaluate('!window.isLeft && document.readyState === "complete"').catch(() => false);
      if (hasLoaded !== true) throw new Error('the page has not loaded');
    });
  }
}
