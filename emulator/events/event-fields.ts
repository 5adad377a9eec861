/** An event as the matcher sees it: leaves by dotted path, each with its place in the lists around it. */

export type Scalar = string | number | boolean | null;

/** An element of a list: the list's number, the element's index, and the element around the list. */
export interface Element {
  readonly list: number;
  readonly index: number;
  readonly outer: Element | undefined;
}

export interface Leaf {
  readonly value: Scalar;
  /** The innermost element around the leaf that is an object or a list; among plain values any may match. */
  readonly element: Element | undefined;
}

interface Work {
  readonly value: unknown;
  readonly path: string;
  readonly element: Element | undefined;
}

/**
 * The leaves of an event. Objects and lists are no leaves, an empty one leaves none, and a list stands for its elements.
 * @param wanted every path worth descending into; the rest of the event is passed over
 */
export function leavesOf(event: unknown, wanted: ReadonlySet<string>): ReadonlyMap<string, readonly Leaf[]> {
  const leaves = new Map<string, Leaf[]>();
  // A stack of our own: an event may be nested deeper than that of the program.
  const work: Work[] = [{ value: event, path: '', element: undefined }];
  let lists = 0;
  for (let item = work.pop(); item; item = work.pop()) {
    const { value, path, element } = item;
    if (Array.isArray(value)) {
      const list = lists++;
      for (const [index, child] of value.entries()) {
        work.push({
          value: child,
          path,
          element: isContainer(child) ? { list, index, outer: element } : element,
        });
      }
    } else if (isContainer(value)) {
      for (const [name, child] of Object.entries(value)) {
        const childPath = path === '' ? name : `${path}.${name}`;
        if (wanted.has(childPath)) work.push({ value: child, path: childPath, element });
      }
    } else if (value !== undefined) {
      const leaf = { value: value as Scalar, element };
      const known = leaves.get(path);
      if (known) known.push(leaf);
      else leaves.set(path, [leaf]);
    }
  }
  return leaves;
}

/** The element and those around it, from the inside out. */
export function* elementsAround({ element }: Leaf): Generator<Element> {
  for (let around = element; around; around = around.outer) yield around;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
