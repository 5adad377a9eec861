import { readFileSync } from 'node:fs';
import { PlanError, validatePlan, type Plan } from './plan';

/** Reads a plan from a JSON file. @throws PlanError when the file cannot be read or its plan is invalid */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlanError(`${file}: the plan cannot be read (${(error as NodeJS.ErrnoException).code}); give the path of a JSON file`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlanError(`${file}: the plan is not JSON (${(error as Error).message}); npm run chaos -- --print-plan prints a plan`);
  }
  return validatePlan(value, file);
}
