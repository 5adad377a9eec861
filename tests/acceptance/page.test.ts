import { startAssetPage } from '../support/asset-page';
import type { LocalServer } from '../support/agent-local-server';
import { describeInBrowser, type Browser } from '../support/browser';
import { NpmStart } from '../support/npm-start';
import { visitAssetPage } from '../support/page-visit';

describeInBrowser('a page with 20 assets', (launch) => {
  let service: LocalServer;
  let browser: Browser;
  let start: NpmStart;
  let tunnelUrl: string;
  beforeAll(async () => {
    service = await startAssetPage();
    browser = await launch();
    start = NpmStart.run(['--', '--json', '--http-port', '0', '--no-console', '--port', String(service.port)]);
    const { tunnel } = (await start.ready()) as unknown as { tunnel: { url: string } };
    tunnelUrl = `${tunnel.url}/`;
  });
  afterAll(async () => {
    await browser.close();
    if (start.npm.exitCode === null) start.ctrlC();
    await start.ended();
    await service.close();
  });

  test('arrives complete through the tunnel, on the first visit after the start and again, and its times are printed', async () => {
    const page = await browser.newPage();
    const first = await visitAssetPage(page, tunnelUrl);
    const warm = await visitAssetPage(page, tunnelUrl);
    const direct = await visitAssetPage(page, `http://127.0.0.1:${service.port}/`);
    expect([first, warm, direct].map(({ problems }) => problems)).toEqual([[], [], []]);
    const seconds = ({ ms }: { ms: number }): string => `${(ms / 1000).toFixed(2)} s`;
    // The times depend on the machine. They are printed for people, and no limit is tested.
    process.stdout.write(
      `\npage with 20 assets: first visit ${seconds(first)}, warm ${seconds(warm)}, without the tunnel ${seconds(direct)}\n`,
    );
  });
});
