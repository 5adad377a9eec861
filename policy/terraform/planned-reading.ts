import type { Kind, Place, Reading, ValueOf } from '../../emulator/terraform/block';

/** Marks that replace a value in the model: a value that the plan does not know yet, and a secret value. */
export const KNOWN_AFTER_APPLY = Symbol('known after apply');
export const SENSITIVE = '(sensitive value)';

/** A rule needs a value that is known only after apply, so the rule can neither pass nor fail. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError';
}

/** A reference to a resource's attribute inside a text: `${aws_sqs_queue.failures.arn}`. */
const RESOURCE_REFERENCE = /\$\{\s*(?:module\.[\w-]+\.)?[a-z]\w*_\w+\.[\w-]+[^}]*\}/;

export const refersToResource = (text: string): boolean => RESOURCE_REFERENCE.test(text);

/**
 * Reads values as they are planned. References stay as `${…}`: where a rule needs a number, a flag or JSON, a reference leaves the
 * rule undecided. So does a value that only apply will know.
 */
export const PLANNED: Reading = {
  known(value, place) {
    if (value === KNOWN_AFTER_APPLY) throw undecided(place);
    return value;
  },

  resolve: (value) => value,

  convert<K extends Kind>(value: unknown, kind: K, place: Place): ValueOf<K> {
    const text = String(value);
    if (kind === 'string') return text as ValueOf<K>;
    if (kind === 'number' && !Number.isNaN(Number(text))) return Number(text) as ValueOf<K>;
    if (kind === 'boolean' && (text === 'true' || text === 'false')) return (text === 'true') as ValueOf<K>;
    throw undecided(place);
  },

  problem: (_what, place) => undecided(place),
};

const undecided = ({ path }: Place): UndecidedError => new UndecidedError(`${path} is not known yet`);
