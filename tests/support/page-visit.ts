import type { Page } from './browser';
import { ASSETS } from './asset-page';

export interface PageVisit {
  /** From the start of the navigation to the end of the load event, in ms, by the browser's own clock. */
  readonly ms: number;
  /** What did not arrive as the local service sent it, each in a sentence; empty when all is well. */
  readonly problems: readonly string[];
}

/** Loads the page of `startAssetPage` with an empty cache, and compares what arrived with what the local service has. */
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

/** The entry gets its last figure after the handlers of the load event. */
const LOAD_TIME = `new Promise((resolve) => {
  const look = () => {
    const [{ loadEventEnd }] = performance.getEntriesByType('navigation');
    if (loadEventEnd > 0) resolve(loadEventEnd);
    else setTimeout(look, 5);
  };
  look();
})`;
