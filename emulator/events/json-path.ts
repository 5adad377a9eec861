/** Reads one value from an event; undefined if the event does not have it. */
export type JsonPath = (event: unknown) => unknown;

const STEP = /\.(?<name>[\w\-/]+|\*)|\[(?<index>\d+|\*)\]/y;

/**
 * Compiles a JSON path in EventBridge's syntax, such as `$.detail.list[0]`. Names have letters, digits, dashes, underscores
 * and slashes. `*` stands for every member and makes the result a list.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 * @returns undefined for any other path
 */
export function compileJsonPath(path: string): JsonPath | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: string[] = [];
  for (let position = 1; position < path.length; position = STEP.lastIndex) {
    STEP.lastIndex = position;
    const found = STEP.exec(path)?.groups;
    if (!found) return undefined;
    steps.push(found['name'] ?? found['index'] ?? '');
  }
  return (event) => read(event, steps);
}

function read(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (step !== '*') return Object.hasOwn(value, step) ? read((value as Record<string, unknown>)[step], rest) : undefined;
  return Object.values(value)
    .map((member: unknown) => read(member, rest))
    .filter((member) => member !== undefined);
}
