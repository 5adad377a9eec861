/** Flattens an event for the matcher: its leaves by dotted path, each with its position in the surrounding lists. */

export type Scalar = string | number | boolean | null;

/** An element of a list: the list's number, the element's index, and the element that contains the list. */
export interface Element {
  readonly list: number;
  readonly index: number;
  readonly outer: Element | undefined;
}

export interface Leaf {
  readonly value: Scalar;
  /** The innermost list element around the leaf that is an object or a list. Plain values of a list share it: any of them may match. */
  readonly element: Element | undefined;
}

interface Work {
  readonly value: unknown;
  readonly path: string;
  readonly element: Element | undefined;
}

/**
 * The leaves of an event: its values that are neither objects nor lists. The elements of a list have the path of the list.
 * An empty object or list has no leaves.
 * @param wanted every path to descend into; all others are skipped
 */
export function leavesOf(event: unknown, wanted: ReadonlySet<string>): ReadonlyMap<string, readonly Leaf[]> {
  const leaves = new Map<string, Leaf[]>();
  // An explicit stack instead of recursion: a deeply nested event would overflow the call stack.
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

/** The leaf's list elements, from the innermost to the outermost. */
export function* elementsAround({ element }: Leaf): Generator<Element> {
  for (let around = element; around; around = around.outer) yield around;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
