import { expectedAddresses } from '../../modules/addresses';
import { isEnvironment } from '../expectations';
import { STATEFUL_TYPES } from '../stateful-types';
import type { PlanJson, ResourceChange } from '../terraform/plan-json';
import { actionOf, readPlan } from '../terraform/read-plan';
import type { Action } from '../terraform/terraform-model';
import { COST_DRIVERS } from './cost-drivers';
import { PlanReader } from './plan-reader';
import { rightsChanges, type RightsChange } from './rights-changes';
import { settingChanges, type SettingChange } from './setting-changes';

export interface SummarizedResource {
  readonly address: string;
  readonly action: Action;
  /** The reason for the resource in modules/addresses.ts; undefined if the address is not listed. */
  readonly reason: string | undefined;
  readonly settings: readonly SettingChange[];
}

export interface Loss {
  readonly address: string;
  readonly action: 'replace' | 'delete';
  /** What is lost with a resource of a stateful type; undefined for other types. */
  readonly lost: string | undefined;
  /** Changes that force a replacement, as `name: a → b`. */
  readonly because: readonly string[];
  /** Address of a new resource with the same name: the deletion may be an unintended rename. */
  readonly renamedTo: string | undefined;
}

export interface CostChange {
  readonly type: string;
  readonly created: number;
  readonly removed: number;
  /** Settings that change the bill, as `aws_lambda_function.sweep: memory_size 256 → 512`. */
  readonly settings: readonly string[];
  readonly billedBy: string;
  readonly source: string;
}

/** A plan, summarized for a person. */
export interface PlanSummary {
  /** The tag `environment`, or the name of the file. */
  readonly environment: string;
  readonly counts: Readonly<Record<'create' | 'update' | 'replace' | 'delete', number>>;
  readonly losses: readonly Loss[];
  readonly rights: readonly RightsChange[];
  readonly costs: readonly CostChange[];
  readonly resources: readonly SummarizedResource[];
  /** Resources that only get a new address, as `old → new`. */
  readonly moved: readonly string[];
  /** `+ visitor_url`, `- table`, `~ bus` */
  readonly outputs: readonly string[];
}

export function summarizePlan(name: string, plan: PlanJson): PlanSummary {
  const tag = readPlan(name, plan).defaultTags['environment'];
  const reasons = isEnvironment(tag) ? expectedAddresses(tag) : {};
  const reader = new PlanReader(plan);
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
  const changed = managed.filter((resource) => !['no-op', 'read', 'forget'].includes(actionOf(resource)));
  const resources = changed.map((resource) => summarize(resource, reasons, reader));
  const count = (action: Action): number => resources.filter((resource) => resource.action === action).length;
  return {
    environment: tag ?? name,
    counts: {
      create: count('create'),
      update: count('update'),
      replace: count('replace'),
      delete: count('delete'),
    },
    losses: changed.flatMap((resource) => lossOf(resource, changed)),
    rights: rightsChanges(changed, reader),
    costs: costChanges(changed, resources),
    resources,
    moved: managed.flatMap(({ previous_address, address }) => (previous_address ? [`${previous_address} → ${address}`] : [])),
    outputs: Object.entries(plan.output_changes ?? {}).flatMap(([output, { actions }]) => {
      const sign = { create: '+', delete: '-', update: '~' }[actions.join()];
      return sign === undefined ? [] : [`${sign} ${output}`];
    }),
  };
}

function summarize(resource: ResourceChange, reasons: Record<string, string>, reader: PlanReader): SummarizedResource {
  const { address } = resource;
  const action = actionOf(resource);
  const settings = action === 'update' || action === 'replace' ? settingChanges(resource, reader.expressionsOf(address)) : [];
  return { address, action, reason: reasons[address], settings };
}

function lossOf(resource: ResourceChange, changed: readonly ResourceChange[]): Loss[] {
  const { address, type, change } = resource;
  const action = actionOf(resource);
  if (action !== 'replace' && action !== 'delete') return [];
  const settings = settingChanges(resource, {});
  const because = (change.replace_paths ?? []).map((path) => {
    const setting = settings.find((candidate) => candidate.path === path[0]);
    return setting ? `${setting.path}: ${setting.before} → ${setting.after}` : path.join('.');
  });
  const twin = changed.find(
    (other) => other.type === type && actionOf(other) === 'create' && other.change.after?.['name'] === change.before?.['name'],
  );
  const renamedTo = action === 'delete' && change.before?.['name'] !== undefined ? twin?.address : undefined;
  return [{ address, action, lost: STATEFUL_TYPES[type], because, renamedTo }];
}

function costChanges(changed: readonly ResourceChange[], resources: readonly SummarizedResource[]): CostChange[] {
  return Object.entries(COST_DRIVERS).flatMap(([type, { billedBy, source, settings = [] }]) => {
    const ofType = changed.filter((resource) => resource.type === type);
    const created = ofType.filter(({ change }) => change.actions.join() === 'create').length;
    const removed = ofType.filter(({ change }) => change.actions.join() === 'delete').length;
    const moved = resources
      .filter(({ address, action }) => action === 'update' && address.startsWith(`${type}.`))
      .flatMap(({ address, settings: changes }) =>
        changes
          .filter(({ path }) => settings.includes(path.split('.')[0] ?? ''))
          .map(({ path, before, after }) => `${address}: ${path} ${before} → ${after}`),
      );
    return created + removed + moved.length === 0 ? [] : [{ type, created, removed, settings: moved, billedBy, source }];
  });
}
