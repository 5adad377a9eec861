import { describeInBrowser, type Browser, type Page } from '../support/browser';
import { FILE_SHA256, rangeOfFile, startServerRenderedApp, startSinglePageApp, type App } from '../support/browser-apps';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const RED = 'rgb(200, 0, 0)';
const BLUE = 'rgb(0, 0, 200)';
const MB = 1024 * 1024;

/** The text colour of a page, which tells the two apps apart. */
const colourOf = (page: Page): Promise<string> => page.evaluate('getComputedStyle(document.body).color');
const pathOf = (page: Page): Promise<string> => page.evaluate('location.pathname');
/** The status and the path of each loaded resource. */
const loaded = (page: Page): Promise<string[]> =>
  page.evaluate(
    'performance.getEntriesByType("resource").map(({ name, responseStatus }) => responseStatus + " " + new URL(name).pathname)',
  );

/** Downloads a file of 4 MB, whole and in ranges. */
async function downloads(page: Page): Promise<void> {
  expect(await page.evaluate('download()')).toEqual([200, FILE_SHA256]);
  expect(await page.evaluate('download("bytes=2-5")')).toEqual([206, rangeOfFile(2, 5)]);
  expect(await page.evaluate('download("bytes=4000000-4000003")')).toEqual([206, rangeOfFile(4_000_000, 4_000_003)]);
}

describeInBrowser('a real browser', (launch) => {
  let cloud: CloudUnderTest;
  let browser: Browser;
  let shop: App;
  let board: App;
  beforeAll(async () => {
    cloud = await startCloud({ mode: 'direct' });
    shop = await startServerRenderedApp(RED);
    board = await startSinglePageApp(BLUE);
    await cloud.agent({ name: 'shop', target: { port: shop.port } });
    await cloud.agent({ name: 'board', target: { port: board.port } });
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await cloud.close();
    await Promise.all([shop.close(), board.close()]);
  });

  const byPath = (name: string): string => `${cloud.visitorUrl}/${name}/`;
  const byHost = (name: string): string => {
    const { port } = new URL(cloud.visitorUrl);
    return `http://${name}.localhost:${port}/`;
  };

  describe.each([
    ['by its own host', byHost, ''],
    ['by path prefix', byPath, '/shop'],
  ] as const)('in a server-rendered app, reached %s,', (_how, address, prefix) => {
    test('loads style, script and images that have absolute links', async () => {
      const page = await browser.newPage();
      await page.goto(address('shop'));
      expect(await colourOf(page)).toBe(RED);
      expect(await page.evaluate('window.hasScript')).toBe(true);
      expect(await page.evaluate('document.querySelector("img").naturalWidth')).toBe(7);
      expect((await loaded(page)).sort()).toEqual(['/app.js', '/background.svg', '/logo.svg', '/style.css'].map((path) => `200 ${path}`));
    });

    test('uploads a file by a form, and downloads 4 MB whole and in ranges', async () => {
      const page = await browser.newPage();
      await page.goto(address('shop'));
      await page.follow('#members');
      await page.follow('button');
      const sent = await page.evaluate<string>(`(async () => {
        const bytes = randomBytes(${4 * MB});
        const files = new DataTransfer();
        files.items.add(new File([bytes], 'photo.raw'));
        document.querySelector('[type=file]').files = files.files;
        return sha256(bytes);
      })()`);
      await page.follow('button');
      expect(await pathOf(page)).toBe(`${prefix}/photos`);
      expect(await page.text()).toContain(`photo.raw ${sent}`);
      await downloads(page);
    });

    test('logs in by form, redirect and cookie, and stays logged in', async () => {
      const page = await browser.newPage();
      await page.goto(address('shop'));
      await page.follow('#members');
      expect(await pathOf(page)).toBe(`${prefix}/login`);
      await page.follow('button');
      expect(await pathOf(page)).toBe(`${prefix}/members`);
      expect(await page.text()).toContain('Hello ann');
      await page.reload();
      await page.follow('#members');
      expect(await page.text()).toContain('Hello ann');
      expect(await colourOf(page)).toBe(RED);
    });
  });

  describe.each([
    ['by its own host', byHost],
    ['by path prefix', byPath],
  ] as const)('in a single-page app, reached %s,', (_how, address) => {
    test('logs in by the API, changes its address, uploads and downloads', async () => {
      const page = await browser.newPage();
      await page.goto(address('board'));
      await page.evaluate('logIn("bob")');
      // From here on the referring page is /profile, which names no tunnel.
      expect(await pathOf(page)).toBe('/profile');
      expect(await page.text('main')).toBe('Hello bob');
      const { sent, received } = await page.evaluate<{ sent: string; received: string }>(`upload(${4 * MB})`);
      expect(received).toBe(sent);
      await downloads(page);
    });
  });

  test('is redirected from an address without the prefix to the tunnel that it has visited before', async () => {
    const page = await browser.newPage();
    const lost = new URL('/login', cloud.visitorUrl).href;
    await page.goto(lost);
    expect(await page.text()).toContain('There is no such tunnel');
    await page.goto(byPath('shop'));
    await page.goto(lost);
    expect(await pathOf(page)).toBe('/shop/login');
  });

  test('keeps caches and cookies of two tunnels on one host apart, and sends the tunnel cookie to no local service', async () => {
    const page = await browser.newPage();
    shop.cookies.length = board.cookies.length = 0;
    await page.goto(byPath('shop'));
    await page.follow('#members');
    await page.follow('button');
    const [session = ''] = shop.cookies.slice(-1);
    expect(session).toMatch(/^session=[\da-f-]{36}$/);
    await page.goto(byPath('board'));
    expect(await colourOf(page)).toBe(BLUE);
    await page.evaluate('logIn("bob")');
    await page.goto(byPath('shop'));
    expect(await colourOf(page)).toBe(RED);
    await page.follow('#members');
    expect(await page.text()).toContain('Hello ann');
    expect(new Set(shop.cookies)).toEqual(new Set([session]));
    expect(board.cookies).not.toContain(session);
    expect([...shop.cookies, ...board.cookies].join()).not.toContain('http-tunnel');
  });
});
