/**
 * Event patterns of EventBridge rules and of Lambda's event filters.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * - All fields of a pattern must match (and). A field matches if any of its values matches (or). `$or` lists alternative fields.
 * - Values are compared with their JSON type: `1` is not `"1"`. A list in the event matches if any of its elements matches.
 * - In a list of objects, all fields must match within the same element, as in event-ruler (the library inside EventBridge):
 *   the pattern {"a":[1],"b":[4]} does not match [{"a":1,"b":2},{"a":3,"b":4}].
 *   https://github.com/aws/event-ruler#json-array-matching
 * - `exists` tests for leaves: for an object or an empty list it is false. As in event-ruler, `{"exists": false}` looks only at
 *   list elements that fit the fields before it in alphabetical order, and a dot in a field name counts as a step of the path.
 * - Lambda's event filters use the same syntax on stream records. DynamoDB writes types as field names and numbers as strings
 *   (`dynamodb.NewImage.count.N` is "3"). Match such numbers as strings; `numeric` never matches them.
 *   https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
import { leavesOf } from './event-fields';
import { EventPatternError } from './event-pattern-error';
import { alternativesOf } from './pattern-alternatives';
import { allMatch } from './pattern-match';

export { EventPatternError } from './event-pattern-error';

export type EventMatcher = (event: unknown) => boolean;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_RULE_PATTERN = 2048;
/** https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html */
export const MAX_FILTER_PATTERN = 4096;

/**
 * Compiles a pattern given as a JSON value.
 * @param maxCharacters greatest length of the pattern as JSON without spaces
 * @throws EventPatternError that names the field and the fix
 */
export function compilePattern(pattern: unknown, maxCharacters = MAX_RULE_PATTERN): EventMatcher {
  const length = (JSON.stringify(pattern) as string | undefined)?.length ?? 0;
  if (length > maxCharacters) {
    throw new EventPatternError('', `has ${length} characters, ${maxCharacters} are allowed; match fewer values, or match by prefix`);
  }
  const alternatives = alternativesOf(pattern);
  const wanted = new Set(alternatives.flatMap((fields) => fields.flatMap(({ path }) => stepsTo(path))));
  return (event) => {
    const leaves = leavesOf(event, wanted);
    return alternatives.some((fields) => allMatch(fields, leaves));
  };
}

/** `a.b.c` → `a`, `a.b`, `a.b.c` */
function stepsTo(path: string): string[] {
  const names = path.split('.');
  return names.map((_, index) => names.slice(0, index + 1).join('.'));
}
