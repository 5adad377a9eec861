import fs from 'node:fs';
import path from 'node:path';
import type { PlanJson } from './plan-json';
import { readPlan } from './read-plan';
import { readSynthesizedStack, type StackJson } from './read-synthesized-stack';
import type { TerraformModel } from './terraform-model';

/** A file that is neither a plan nor a stack; the message is one line with the remedy. */
export class TerraformInputError extends Error {
  override readonly name = 'TerraformInputError';
}

const STACK_FILE = 'cdk.tf.json';

/**
 * Reads a plan, a stack, a stack's folder, or a folder of stacks.
 * @throws TerraformInputError
 */
export function readTerraform(input: string): TerraformModel[] {
  return filesOf(input).map((file) => {
    const json = readJson(file);
    if ('format_version' in json) return readPlan(file, asPlan(file, json));
    if ('resource' in json && 'terraform' in json) return readSynthesizedStack(file, json as StackJson);
    throw new TerraformInputError(
      `${file} is neither a plan (terraform show -json <plan>) nor a stack (${STACK_FILE})`,
    );
  });
}

/** Reads a plan alone. @throws TerraformInputError */
export function readPlanJson(file: string): PlanJson {
  if (!fs.existsSync(file))
    throw new TerraformInputError(`${file} does not exist: make a plan with terraform show -json <plan>`);
  const json = readJson(file);
  if (!('format_version' in json)) {
    throw new TerraformInputError(
      `${file} is not a plan: make one with terraform show -json <plan> > plan.json`,
    );
  }
  return asPlan(file, json);
}

/** @throws TerraformInputError for a state, which looks alike, and for a format that is not known */
function asPlan(file: string, json: object): PlanJson {
  const plan = json as PlanJson;
  if (!plan.format_version.startsWith('1.')) {
    throw new TerraformInputError(
      `${file} has plan format ${plan.format_version}; 1.x is known (Terraform 1.x)`,
    );
  }
  if (!plan.configuration)
    throw new TerraformInputError(
      `${file} is a state, not a plan: show a plan file, terraform show -json <plan>`,
    );
  return plan;
}

function filesOf(input: string): string[] {
  if (!fs.existsSync(input))
    throw new TerraformInputError(`${input} does not exist: make a plan, or run npm run synth`);
  if (!fs.statSync(input).isDirectory()) return [input];
  const stack = path.join(input, STACK_FILE);
  if (fs.existsSync(stack)) return [stack];
  const stacks = fs
    .readdirSync(input)
    .map((name) => path.join(input, name, STACK_FILE))
    .filter((file) => fs.existsSync(file));
  if (stacks.length === 0)
    throw new TerraformInputError(`${input} holds no ${STACK_FILE}: run npm run synth`);
  return stacks;
}

function readJson(file: string): object {
  try {
    const json: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // Said below, as for JSON of another kind.
  }
  throw new TerraformInputError(`${file} is not JSON: use the output of terraform show -json <plan>`);
}
