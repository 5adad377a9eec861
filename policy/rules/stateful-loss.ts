import type { ChangeRule } from '../rule';
import { STATEFUL_TYPES } from '../stateful-types';

export const statefulLoss: ChangeRule = {
  over: 'changes',
  id: 'stateful-loss',
  sentence: 'No resource that holds data is destroyed or replaced (for example by a rename), unless its loss is acknowledged by address.',
  remedy:
    "Keep the construct's id and the attribute that forces the replacement (or add a `moved` block); if the loss is intended, acknowledge it in policy/suppressions.ts.",
  check: ({ type, action, replacedBecauseOf }) => {
    const lost = STATEFUL_TYPES[type];
    if (lost === undefined || (action !== 'delete' && action !== 'replace')) return [];
    const because = replacedBecauseOf.length > 0 ? ` because of ${replacedBecauseOf.join(', ')}` : '';
    return [`would be ${action === 'delete' ? 'destroyed' : `replaced${because}`}: ${lost}`];
  },
};
