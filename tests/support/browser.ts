import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { eventually } from './eventually';

const EXECUTABLES = [process.env['CHROMIUM'] ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** A Chromium of this machine; tests that need one are skipped where there is none. */
export const chromium = EXECUTABLES.find((file) => file !== '' && existsSync(file));

/** A page may take as long as this to load, in ms. */
const LOAD_MS = 15_000;

type Result = Record<string, unknown>;

/**
 * A real browser, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/) over pipes: it ends
 * with whoever started it.
 */
export class Browser {
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
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    return new Browser(spawn(executable, [...flags, `--user-data-dir=${profile}`], { stdio: [...stdio] }), profile);
  }

  /** A page in a context of its own: no cookie and no cache is shared with another's. */
  async newPage(): Promise<Page> {
    const { browserContextId } = await this.call('Target.createBrowserContext');
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    return new Page((method, params) => this.call(method, params, sessionId as string));
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

  /** Messages end with a NUL. */
  private read(text: string): void {
    const messages = (this.unread + text).split('\0');
    this.unread = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as { id?: number; result?: Result; error?: { message: string } };
      const call = this.pending.get(id ?? 0);
      this.pending.delete(id ?? 0);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result ?? {});
    }
  }
}

export class Page {
  constructor(private readonly call: (method: string, params?: Result) => Promise<Result>) {}

  /** As somebody does who types the address: no page is the referring one. Resolves when the page has loaded. */
  async goto(url: string): Promise<void> {
    await this.leave(() => this.call('Page.navigate', { url }));
  }

  async reload(): Promise<void> {
    await this.leave(() => this.call('Page.reload'));
  }

  /** Clicks on the element, which leads to another page; resolves when that has loaded. */
  async follow(selector: string): Promise<void> {
    await this.leave(() => this.evaluate(`setTimeout(() => document.querySelector(${JSON.stringify(selector)}).click())`));
  }

  /** Of an expression in the page, awaited; must be JSON. */
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
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`);
  }

  /** Marks the page and waits for one without the mark. */
  private async leave(go: () => Promise<unknown>): Promise<void> {
    await this.evaluate('window.isLeft = true');
    await go();
    await eventually(async () => {
      const hasLoaded = await this.evaluate('!window.isLeft && document.readyState === "complete"').catch(() => false);
      if (hasLoaded !== true) throw new Error('the page has not loaded');
    }, LOAD_MS);
  }
}
