import { readFileSync } from 'node:fs';
import { FaultPlanError, validateFaultPlan, type FaultPlan } from './fault-plan';

/**
 * Reads a plan from a JSON file.
 * @throws FaultPlanError when the file cannot be read or its plan is invalid
 */
export function readFaultPlan(file: string): FaultPlan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FaultPlanError(
      `${file}: the fault plan cannot be read (${(error as NodeJS.ErrnoException).code}); give the path of a JSON file`,
    );
  }
  try {
    return validateFaultPlan(JSON.parse(text), file);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FaultPlanError(`${file}: the fault plan is not JSON (${error.message}); docs/fault-plans.md describes the format`);
  }
}
