/**
 * Input transformers: they define what a target receives in place of the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 *
 * - Inside a string of the template, the value of a variable is inserted without escaping: a quotation mark in the value makes
 *   the JSON invalid, and the delivery fails, as on AWS. Objects and lists are inserted without their quotation marks.
 * - Anywhere else, the value is inserted as JSON; strings get quotation marks.
 * - A path that finds nothing gives an empty string. (AWS says that the variable "won't appear in the output".)
 */
import type { BusEvent } from './bus-event';
import { EventsBootError } from './events-boot-error';
import { compileJsonPath } from './json-path';
import type { JsonPath } from './json-path';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html */
const MAX_PATHS = 100;
const MAX_TEMPLATE = 8192;
const NAME = /^[\w-]{1,256}$/;
const PLACEHOLDER = /<([\w.-]+)>/g;

/** Values that a template takes from the rule, not from the event. */
export interface EventRuleContext {
  readonly ruleArn: string;
  readonly ruleName: string;
}

/** The transformed input as a JSON value. @throws SyntaxError when the template with its values is not JSON */
export type InputTransformer = (event: BusEvent, ingestedAt: Date) => unknown;

type Variable = (event: BusEvent, ingestedAt: Date) => unknown;

/** A piece of the template: a literal, or a variable and whether the variable is inside a string. */
type Piece = string | { readonly name: string; readonly inText: boolean };

/**
 * @param paths variable → JSON path, at most 100
 * @param address the Terraform address of the target, for error messages
 * @throws EventsBootError for paths and templates that EventBridge would refuse
 */
export function compileInputTransformer(
  { paths, template }: { readonly paths: Readonly<Record<string, string>>; readonly template: string },
  context: EventRuleContext,
  address: string,
): InputTransformer {
  const variables = new Map([...predefined(context), ...pathVariables(paths, address)]);
  const pieces = piecesOf(template);
  checkTemplate(template, pieces, variables, address);
  return (event, ingestedAt) => {
    const valueOf = (name: string): unknown => variables.get(name)?.(event, ingestedAt);
    return JSON.parse(render(pieces, valueOf)) as unknown;
  };
}

const predefined = ({ ruleArn, ruleName }: EventRuleContext): [string, Variable][] => [
  ['aws.events.rule-arn', () => ruleArn],
  ['aws.events.rule-name', () => ruleName],
  ['aws.events.event.ingestion-time', (_event, ingestedAt) => ingestedAt.toISOString()],
  ['aws.events.event', ({ detail: _detail, ...envelope }) => envelope],
  ['aws.events.event.json', (event) => event],
];

function pathVariables(paths: Readonly<Record<string, string>>, address: string): [string, JsonPath][] {
  const entries = Object.entries(paths);
  if (entries.length > MAX_PATHS) {
    throw new EventsBootError(address, `input_paths has ${entries.length} entries; EventBridge allows ${MAX_PATHS}`);
  }
  return entries.map(([name, path]) => {
    if (!NAME.test(name)) {
      throw new EventsBootError(address, `input_paths names "${name}"; use letters, digits, - and _`);
    }
    const compiled = compileJsonPath(path);
    if (!compiled) {
      throw new EventsBootError(address, `input_paths.${name} is "${path}"; write it like $.detail.name or $.detail.list[0]`);
    }
    return [name, compiled];
  });
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let position = 0;
  let inText = false;
  for (const found of template.matchAll(PLACEHOLDER)) {
    const literal = template.slice(position, found.index);
    inText = endsInText(literal, inText);
    pieces.push(literal, { name: found[1] ?? '', inText });
    position = found.index + found[0].length;
  }
  return [...pieces, template.slice(position)];
}

/** Whether the end of `literal` is inside a JSON string. @param before whether its start is */
function endsInText(literal: string, before: boolean): boolean {
  const quotes = literal.replace(/\\./gs, '').split('"').length - 1;
  return before !== (quotes % 2 === 1);
}

function render(pieces: readonly Piece[], valueOf: (name: string) => unknown): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : substitute(valueOf(piece.name), piece.inText))).join('');
}

function substitute(value: unknown, inText: boolean): string {
  const present = value === undefined ? '' : value;
  if (!inText) return JSON.stringify(present);
  return typeof present === 'string' ? present : JSON.stringify(present).replaceAll('"', '');
}

function checkTemplate(template: string, pieces: readonly Piece[], variables: ReadonlyMap<string, Variable>, address: string): void {
  const refuse = (problem: string): never => {
    throw new EventsBootError(address, `input_template ${problem}`);
  };
  if (template.length > MAX_TEMPLATE) refuse(`has ${template.length} characters; EventBridge allows ${MAX_TEMPLATE}`);
  for (const piece of pieces) {
    if (typeof piece === 'string' || variables.has(piece.name)) continue;
    refuse(`uses <${piece.name}>, which input_paths does not define; add the variable to input_paths`);
  }
  try {
    // Variables in strings keep their names here, so that a variable in a key is found.
    JSON.parse(
      render(
        pieces.map((piece) => (isInText(piece) ? `<${piece.name}>` : piece)),
        () => null,
      ),
      (key, value: unknown) => {
        if (/<[\w.-]+>/.test(key)) refuse(`has a variable in the key "${key}"; only values can be replaced`);
        return value;
      },
    );
  } catch (error) {
    if (error instanceof SyntaxError) refuse(`is not JSON (${error.message}); quote texts, but not numbers, objects or lists`);
    throw error;
  }
}

const isInText = (piece: Piece): piece is Exclude<Piece, string> => typeof piece !== 'string' && piece.inText;
