import type { Segment, Subsegment } from './segment';

/** A segment or subsegment, with the id of the one above it. */
export type Node = Subsegment & { readonly parent_id?: string; readonly origin?: string; readonly trace_id?: string };

/** The nodes below a node, by its id. */
export type Children = ReadonlyMap<string, readonly Node[]>;

/** A segment and all its subsegments. */
export function flatten(segment: Segment): Node[] {
  const below = ({ id, subsegments = [] }: Subsegment): Node[] =>
    subsegments.flatMap((child) => [{ ...child, parent_id: id, trace_id: segment.trace_id }, ...below(child)]);
  return [segment, ...below(segment)];
}

export function childrenOf(nodes: readonly Node[]): Children {
  const children = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.parent_id === undefined) continue;
    const siblings = children.get(node.parent_id);
    if (siblings) siblings.push(node);
    else children.set(node.parent_id, [node]);
  }
  return children;
}

/** All nodes below a node, except invocations that this node caused. */
export function* descendants(node: Node, children: Children): Generator<Node> {
  for (const child of children.get(node.id) ?? []) {
    if (child.origin === 'AWS::Lambda') continue;
    yield child;
    yield* descendants(child, children);
  }
}
