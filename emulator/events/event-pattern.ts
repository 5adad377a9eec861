/**
 * Event patterns of EventBridge rules and of Lambda's event filters.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * - Every field of a pattern must match (and), any of its values may (or); `$or` offers alternatives between fields.
 * - Values are compared with their JSON type: `1` is not `"1"`. A list in the event matches with any of its elements.
 * - In a list of objects all fields must come from one element, as event-ruler (the library inside EventBridge) has it:
 *   of [{"a":1,"b":2},{"a":3,"b":4}] the pattern {"a":[1],"b":[4]} does not match.
 *   https://github.com/aws/event-ruler#json-array-matching
 * - `exists` looks at leaves: for an object or an empty list it says no. As in event-ruler, `{"exists": false}` counts only
 *   elements that agree with the fields before it in alphabetical order, and a dot in a name is a step of the path.
 * - Lambda's filters speak the same language over a stream record. DynamoDB writes types as names and numbers as texts
 *   (`dynamodb.NewImage.count.N` is "3"): match those as texts; `numeric` never does.
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
 * @param maxCharacters of the pattern as JSON without spaces
 * @throws EventPatternError naming the field and the remedy
 */
export function compilePattern(pattern: unknown, maxCharacters = MAX_RULE_PATTERN): EventMatcher {
  const length = (JSON.stringify(pattern) as string | undefined)?.length ?? 0;
  if (length > maxCharacters) {
    throw new EventPatternError('', `has ${length} characters, ${maxCharacters} are allowed; match fewer values or by prefix`);
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
