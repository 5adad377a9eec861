/** Streams in a real browser, through what `npm start` starts. */
import { describeInBrowser, type Browser, type Page } from '../support/browser';
import { startStreamSource, type StreamSource } from '../support/stream-source';
import { startStreaming, type StreamingTunnel } from '../support/streaming-start';

/** Where HTTP_TUNNEL_SCREENSHOTS names a folder, people find there what the page looked like. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['HTTP_TUNNEL_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot(`${folder}/${name}.png`);
}

describeInBrowser('the demo page', (launch) => {
  let browser: Browser;
  let tunnel: StreamingTunnel;
  beforeAll(async () => {
    browser = await launch();
    tunnel = await startStreaming();
  });
  afterAll(async () => {
    await browser.close();
    await tunnel.stop();
  });

  /** The clock goes on, and the chat answers in pieces, after a message that is sent with the Enter key. */
  async function expectStreams(page: Page): Promise<void> {
    const NUMBER = 'Number.parseInt(document.querySelector("#ticks").textContent.slice("event ".length))';
    await page.until(`${NUMBER} > 0`);
    const [event, time] = await page.evaluate<[number, string]>(`[${NUMBER}, document.querySelector("#clock").textContent]`);
    await page.until(`${NUMBER} > ${event}`);
    expect(await page.text('#clock')).not.toBe(time);
    await page.evaluate('document.querySelector("#chat input").focus()');
    await page.press('Enter');
    await page.until('/^\\d+ pieces in [\\d.]+ s$/.test(document.querySelector(".figures").textContent)');
    expect(await page.text('.answer')).toMatch(/^You wrote: “Does this stream\?”\. That is 3 words\. .*your tunnel streams\.$/);
    // An answer that comes whole is one piece, as the test below says.
    expect(Number.parseInt(await page.text('.figures'))).toBeGreaterThan(5);
  }

  test('at the streaming address shows a clock that ticks and a chat that answers in pieces', async () => {
    const page = await browser.newPage();
    await page.look({ width: 1000, height: 900, scheme: 'light' });
    await page.goto(tunnel.streamUrl);
    await expectStreams(page);
    expect(await page.text('#door')).toBe('Streams come through this address as they are made.');
    expect(page.complaints).toEqual([]);
    await picture(page, 'streams-light');
  });

  test('says when the request for its clock is refused, and where else to try', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.streamUrl);
    await page.until('document.querySelector("#ticks").textContent.startsWith("event")');
    // Requests /status/404?clock, as if that were the streaming address.
    await page.evaluate('runClock(location.href + "status/404?")');
    await page.until('document.querySelector("#door").textContent.startsWith("There is no event stream: its request failed after")');
    expect(await page.evaluate('document.querySelector("#door a").href')).toBe(`${tunnel.streamUrl}status/404?`);
  });

  test('at the address of whole answers opens its streams at the streaming address, and links to it', async () => {
    const page = await browser.newPage();
    await page.look({ width: 390, height: 800, scheme: 'dark' });
    await page.goto(tunnel.pathUrl);
    await expectStreams(page);
    expect(await page.text('#door')).toContain(`The streams below come through ${tunnel.streamUrl}`);
    expect(await page.evaluate('document.querySelector("#door a").href')).toBe(tunnel.streamUrl);
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    const opened = page.requested.filter((url) => /clock|chat/.test(url));
    // The first request asks what this address does with event streams.
    expect(opened).toEqual([`${tunnel.pathUrl}clock`, `${tunnel.streamUrl}clock`, `${tunnel.streamUrl}chat`]);
    await picture(page, 'streams-dark-390');
  });
});

describeInBrowser('the demo page where answers do not stream', (launch) => {
  let browser: Browser;
  let tunnel: StreamingTunnel;
  beforeAll(async () => {
    browser = await launch();
    tunnel = await startStreaming('--mode', 'bus');
  });
  afterAll(async () => {
    await browser.close();
    await tunnel.stop();
  });

  test('says that no event has come, and its chat answers in one piece', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.pathUrl);
    await page.until('document.querySelector("#door").textContent.startsWith("No event has come")');
    await picture(page, 'no-streams');
    await page.evaluate('document.querySelector("#chat button").click()');
    await page.until('document.querySelector(".figures")?.textContent.startsWith("1 piece in")');
    expect(await page.text('.answer')).toContain('your tunnel streams');
    expect(await page.text('#ticks')).toBe('no event yet');
  });
});

describeInBrowser('a page of a local service', (launch) => {
  let browser: Browser;
  let source: StreamSource;
  let tunnel: StreamingTunnel;
  beforeAll(async () => {
    browser = await launch();
    source = await startStreamSource();
    tunnel = await startStreaming('--port', String(source.port));
  });
  afterAll(async () => {
    await browser.close();
    await tunnel.stop();
    await source.close();
  });

  test('gets each event of an EventSource before the local service sends the next one, and goes on after a break', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.streamUrl);
    await page.evaluate(`void (window.heard = [], window.events = new EventSource('events'),
      events.onmessage = ({ data, lastEventId }) => heard.push(lastEventId + ' ' + data))`);
    const stream = await source.opened();
    for (const id of [1, 2, 3]) {
      stream.write(`id: ${id}\ndata: tick\n\n`);
      await page.until(`heard.length === ${id}`);
    }
    stream.write('retry: 10\n\n');
    stream.end();
    const again = await source.opened();
    expect(again.headers['last-event-id']).toBe('3');
    again.write('id: 4\ndata: tock\n\n');
    await page.until('heard.length === 4');
    expect(await page.evaluate('heard')).toEqual(['1 tick', '2 tick', '3 tick', '4 tock']);
    await page.evaluate('events.close()');
    again.end();
  });

  test('reads a streamed fetch piece by piece, and the end when the local service ends', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.streamUrl);
    await page.evaluate(`void (window.pieces = [], fetch('tokens', { method: 'POST', body: 'go' }).then(async ({ body }) => {
      for (const reader = body.pipeThrough(new TextDecoderStream()).getReader();;) {
        const { done, value } = await reader.read();
        pieces.push(done ? 'END' : value);
        if (done) return;
      }
    }))`);
    const stream = await source.opened();
    const tokens = ['Tok', 'ens, ', 'one ', 'by ', 'one: ä€🙂'];
    for (const [sent, token] of tokens.entries()) {
      stream.write(token);
      await page.until(`pieces.length === ${sent + 1}`);
    }
    stream.end();
    await page.until('pieces.length === 6');
    expect(await page.evaluate('pieces')).toEqual([...tokens, 'END']);
  });

  test('fails loudly where the local service breaks a stream off', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.streamUrl);
    await page.evaluate(
      `void (window.end = '', fetch('tokens').then((answer) => answer.text()).then(() => (end = 'whole'), () => (end = 'broken')))`,
    );
    const stream = await source.opened();
    stream.write('half');
    stream.breakOff();
    await page.until('end');
    expect(await page.evaluate('end')).toBe('broken');
  });

  test('gets an error at once for an EventSource at the address of whole answers, and fetch reads where the stream is', async () => {
    const page = await browser.newPage();
    await page.goto(tunnel.pathUrl);
    const seen = await page.evaluate(`new Promise((resolve) => {
      const events = new EventSource('events');
      events.onerror = async () => {
        const answer = await fetch('events?from=7', { headers: { accept: 'text/event-stream' } });
        resolve([events.readyState, answer.status, answer.headers.get('link'), (await answer.json()).code]);
      };
    })`);
    // 2 is CLOSED: the browser does not try again.
    expect(seen).toEqual([2, 501, `<${tunnel.streamUrl}events?from=7>; rel="alternate"`, 'event_stream_refused']);
  });
});
