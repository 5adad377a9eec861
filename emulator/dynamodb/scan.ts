import type { Item } from './attribute-value';
import { EngineError } from './engine';
import type { Engine } from './engine';

/**
 * Yields every item that a Scan finds, page by page.
 * @throws EngineError when the engine refuses the scan
 */
export async function* scan(engine: Engine, input: Readonly<Record<string, unknown>>): AsyncGenerator<Item> {
  let from: Item | undefined;
  do {
    const { status, body } = await engine.send('Scan', {
      ...input,
      ...(from && { ExclusiveStartKey: from }),
    });
    if (status !== 200) throw new EngineError(`Scan of ${JSON.stringify(input)} was refused: ${body}`);
    const page = JSON.parse(body) as { Items: Item[]; LastEvaluatedKey?: Item };
    yield* page.Items;
    from = page.LastEvaluatedKey;
  } while (from);
}
