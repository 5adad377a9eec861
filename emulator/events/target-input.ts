import type { RuleSpec, TargetSpec } from '../specs';
import type { BusEvent } from './bus-event';
import { EventsBootError } from './events-boot-error';
import { compileInputTransformer } from './input-transformer';

/** The input of a target for an event: a JSON value, or the reason why there is none. */
export type TargetInput = (
  event: BusEvent,
  ingestedAt: Date,
) => { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'invalid'; readonly reason: string };

/** The input is the event itself, the target's constant `input`, or the output of its transformer. @throws EventsBootError */
export function compileTargetInput(rule: RuleSpec, target: TargetSpec): TargetInput {
  const { address, input, inputTransformer } = target;
  if (input !== undefined) {
    const value = parseInput(input, address);
    return () => ({ kind: 'json', value });
  }
  if (!inputTransformer) return (event) => ({ kind: 'json', value: event });
  const transform = compileInputTransformer(inputTransformer, { ruleArn: rule.arn, ruleName: rule.name }, address);
  return (event, ingestedAt) => {
    try {
      return { kind: 'json', value: transform(event, ingestedAt) };
    } catch (error) {
      return { kind: 'invalid', reason: `the result of the input template is not JSON: ${(error as Error).message}` };
    }
  };
}

function parseInput(input: string, address: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch (error) {
    throw new EventsBootError(address, `input is not JSON (${(error as Error).message}); quote the input if it is a text`);
  }
}
