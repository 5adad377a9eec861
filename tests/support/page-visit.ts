import type { Page } from './browser';
import { ASSETS } from './asset-page';

export interface PageVisit {
  /** Time from the start of the navigation to the end of the load event, in ms, measured by the browser. */
  readonly ms: number;
  /** One sentence for each file that did not arrive as the local service sent it; empty if there is none. */
  readonly problems: readonly string[];
}

/** Loads the page of `startAssetPage` without a cache, and compares the received files with those of the local service. */
export async function visitAssetPage(page: Page, url: string): Promise<PageVisit> {
  await page.disableCache();
  page.responses.length = 0;
  await page.goto(url);
  const ms = await page.evaluate<number>(LOAD_TIME);
  const problems: string[] = [];
  for (const asset of ASSETS) {
    const { href } = new URL(asset.path.slice(1), url);
    const [response, ...more] = page.responses.filter((each) => each.url === href);
    if (!response) problems.push(`${asset.path} was not loaded`);
    else if (response.status !== 200) problems.push(`${asset.path} was answered with ${response.status}`);
    else if (more.length > 0) problems.push(`${asset.path} was loaded ${more.length + 1} times`);
    else if (!(await response.body()).equals(asset.bytes)) problems.push(`${asset.path} arrived with other bytes`);
  }
  return { ms, problems };
}

/** Waits for `loadEventEnd`: the browser sets it only after the handlers of the load event. */
const LOAD_TIME = `new Promise((resolve) => {
  const look = () => {
    const [{ loadEventEnd }] = performance.getEntriesByType('navigation');
    if (loadEventEnd > 0) resolve(loadEventEnd);
    else setTimeout(look, 5);
  };
  look();
})`;
