import fs from 'node:fs';
import path from 'node:path';
import { CommandLineError } from '../../cli/command-line';
import type { PlanJson } from './plan-json';
import { readPlan } from './read-plan';
import { readSynthesizedStack } from './read-synthesized-stack';
import type { TerraformModel } from './terraform-model';

const STACK_FILE = 'cdk.tf.json';

/**
 * Reads a plan, a stack, a stack's folder, or a folder of stacks.
 * @throws CommandLineError
 */
export function readTerraform(input: string): TerraformModel[] {
  return filesOf(input).map((file) => {
    const json = readJson(file);
    if ('format_version' in json) return readPlan(file, asPlan(file, json));
    if ('resource' in json && 'terraform' in json) return readSynthesizedStack(file, json);
    throw new CommandLineError(`${file} is neither a plan nor a stack: give the output of terraform show -json <plan>, or a ${STACK_FILE}`);
  });
}

/** Reads a plan and nothing else. @throws CommandLineError */
export function readPlanJson(file: string): PlanJson {
  if (!fs.existsSync(file)) throw new CommandLineError(`${file} does not exist: create it with terraform show -json <plan>`);
  const json = readJson(file);
  if (!('format_version' in json)) {
    throw new CommandLineError(`${file} is not a plan: create a plan file with terraform show -json <plan> > plan.json`);
  }
  return asPlan(file, json);
}

/** @throws CommandLineError for a state, which looks like a plan, and for an unknown format */
function asPlan(file: string, json: object): PlanJson {
  const plan = json as PlanJson;
  if (!plan.format_version.startsWith('1.')) {
    throw new CommandLineError(`${file} has plan format ${plan.format_version}, but only 1.x is supported: use Terraform 1.x`);
  }
  if (!plan.configuration) throw new CommandLineError(`${file} is a state, not a plan: use the output of terraform show -json <plan>`);
  return plan;
}

function filesOf(input: string): string[] {
  if (!fs.existsSync(input)) throw new CommandLineError(`${input} does not exist: give a plan or a stack; npm run synth writes stacks`);
  if (!fs.statSync(input).isDirectory()) return [input];
  const stack = path.join(input, STACK_FILE);
  if (fs.existsSync(stack)) return [stack];
  const stacks = fs
    .readdirSync(input)
    .map((name) => path.join(input, name, STACK_FILE))
    .filter((file) => fs.existsSync(file));
  if (stacks.length === 0) throw new CommandLineError(`${input} contains no ${STACK_FILE}: run npm run synth`);
  return stacks;
}

function readJson(file: string): object {
  try {
    const json: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // The error below covers this case and JSON that is not an object.
  }
  throw new CommandLineError(`${file} is not JSON: use the output of terraform show -json <plan>`);
}
