import { elementsAround } from './event-fields';
import type { Leaf } from './event-fields';
import type { Alternative } from './pattern-alternatives';
import type { FieldTest } from './value-test';

type Leaves = ReadonlyMap<string, readonly Leaf[]>;

/** The element chosen so far in each list: list number → index. */
type Choice = ReadonlyMap<number, number>;

const NONE: Choice = new Map();

/**
 * Whether all fields match, with all fields of one list in the same element of that list.
 *
 * Goes through the fields in the order of their paths and keeps every choice of elements with which all fields so far match.
 * Drops lists that hold no later field, so that there are never more choices than elements in the event.
 */
export function allMatch(fields: Alternative, leaves: Leaves): boolean {
  const listsAhead = listsAfterEach(fields, leaves);
  let choices: readonly Choice[] = [NONE];
  for (const [index, field] of fields.entries()) {
    const candidates = leaves.get(field.path) ?? [];
    const next = new Map<string, Choice>();
    for (const choice of choices.flatMap((before) => continuations(before, field, candidates))) {
      const relevant = [...choice].filter(([list]) => listsAhead[index]?.has(list)).sort(([a], [b]) => a - b);
      next.set(relevant.join(';'), new Map(relevant));
    }
    if (next.size === 0) return false;
    choices = [...next.values()];
  }
  return true;
}

/** For each field, the lists that hold leaves of later fields. */
function listsAfterEach(fields: Alternative, leaves: Leaves): ReadonlySet<number>[] {
  const ahead: ReadonlySet<number>[] = [];
  let lists: ReadonlySet<number> = new Set();
  for (const { path } of [...fields].reverse()) {
    ahead.unshift(lists);
    const grown = new Set(lists);
    for (const leaf of leaves.get(path) ?? []) for (const { list } of elementsAround(leaf)) grown.add(list);
    lists = grown;
  }
  return ahead;
}

/** The choices of elements with which `field` matches too; empty if it does not match. */
function continuations(choice: Choice, field: FieldTest, candidates: readonly Leaf[]): Choice[] {
  const consistent = candidates.filter((leaf) => agrees(choice, leaf));
  if (consistent.length === 0) return field.acceptsAbsence ? [choice] : [];
  return consistent.filter(({ value }) => field.accepts(value)).map((leaf) => withElementsOf(choice, leaf));
}

function agrees(choice: Choice, leaf: Leaf): boolean {
  for (const { list, index } of elementsAround(leaf)) {
    const chosen = choice.get(list);
    if (chosen !== undefined && chosen !== index) return false;
  }
  return true;
}

function withElementsOf(choice: Choice, leaf: Leaf): Choice {
  const next = new Map(choice);
  for (const { list, index } of elementsAround(leaf)) next.set(list, index);
  return next;
}
