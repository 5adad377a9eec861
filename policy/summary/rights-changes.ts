import { REFUSED_WHEN_NARROWED, WITHOUT_RESOURCES } from '../actions-on-everything';
import { statementsOf, type PolicyStatement } from '../terraform/policy-document';
import type { ResourceChange, Values } from '../terraform/plan-json';
import { plannedValues } from '../terraform/planned-values';
import type { PlanReader } from './plan-reader';

/** The changed rights of a role, or the changed rights on a resource. */
export interface RightsChange {
  /** Address of the role, or of the resource that a resource policy protects. */
  readonly holder: string;
  readonly kind: 'may' | 'may be taken on by' | 'lets in';
  /** `allow dynamodb:GetItem, dynamodb:PutItem on …` */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface Source {
  readonly kind: RightsChange['kind'];
  /** The attribute that names the holder of the rights. */
  readonly holder: string;
  readonly statements: (values: Values) => PolicyStatement[];
  /** The meaning of `*` as a resource. Default: everything. */
  readonly star?: string;
}

/** Reads a policy from the JSON text of an attribute. */
const policyIn =
  (attribute: string) =>
  (values: Values): PolicyStatement[] =>
    parsed(values[attribute]);

/** Where each type has its statements, and which attribute names their holder. */
const SOURCES: Readonly<Record<string, Source>> = {
  aws_iam_role_policy: { kind: 'may', holder: 'role', statements: policyIn('policy') },
  aws_iam_policy: { kind: 'may', holder: 'name', statements: policyIn('policy') },
  aws_iam_role_policy_attachment: { kind: 'may', holder: 'role', statements: attachedPolicy },
  aws_iam_role: { kind: 'may be taken on by', holder: 'name', statements: policyIn('assume_role_policy') },
  aws_sqs_queue_policy: { kind: 'lets in', holder: 'queue_url', statements: policyIn('policy') },
  aws_s3_bucket_policy: { kind: 'lets in', holder: 'bucket', statements: policyIn('policy') },
  aws_cloudwatch_event_bus_policy: {
    kind: 'lets in',
    holder: 'event_bus_name',
    statements: policyIn('policy'),
  },
  aws_kms_key: {
    kind: 'lets in',
    holder: 'description',
    statements: policyIn('policy'),
    star: 'the key itself',
  },
  aws_lambda_permission: { kind: 'lets in', holder: 'function_name', statements: permission },
  aws_cloudformation_stack: { kind: 'lets in', holder: 'name', statements: template },
};

/** The changes of rights, one entry for each holder and kind. */
export function rightsChanges(changes: readonly ResourceChange[], reader: PlanReader): RightsChange[] {
  const byHolder = new Map<string, RightsChange>();
  for (const change of changes) {
    const found = rightsChange(change, reader);
    if (!found) continue;
    const key = `${found.holder} ${found.kind}`;
    const known = byHolder.get(key);
    byHolder.set(key, {
      ...found,
      added: [...(known?.added ?? []), ...found.added],
      removed: [...(known?.removed ?? []), ...found.removed],
    });
  }
  return [...byHolder.values()].sort((a, b) => a.holder.localeCompare(b.holder));
}

function rightsChange(resource: ResourceChange, reader: PlanReader): RightsChange | undefined {
  const source = SOURCES[resource.type];
  if (!source) return undefined;
  const { before, before_sensitive, after, after_unknown, after_sensitive } = resource.change;
  const expressions = reader.expressionsOf(resource.address);
  const current = before ? plannedValues(before, {}, before_sensitive, {}) : undefined;
  const planned = after ? plannedValues(after, after_unknown, after_sensitive, expressions) : undefined;
  const old = current ? grants(source.statements(current), source) : [];
  const now = planned ? grants(source.statements(reader.resolved(planned)), source) : [];
  const added = phrases(now.filter((grant) => !old.some((other) => other.key === grant.key)));
  const removed = phrases(old.filter((grant) => !now.some((other) => other.key === grant.key)));
  if (added.length === 0 && removed.length === 0) return undefined;
  return {
    holder: reader.ownerOf(resource, planned?.[source.holder] ?? current?.[source.holder]),
    kind: source.kind,
    added,
    removed,
  };
}

interface Grant {
  /** Equal grants have equal keys. */
  readonly key: string;
  readonly action: string;
  /** The rest of the sentence. */
  readonly rest: string;
  readonly verb: 'allow' | 'deny';
}

/** One grant for every action and resource, so a statement that only moved is not a change. */
function grants(statements: readonly PolicyStatement[], { star }: Source): Grant[] {
  return statements.flatMap((each) => {
    const actions = each.actions.length > 0 ? each.actions : [`every action except ${each.notActions.join(', ')}`];
    const resources = each.resources.length > 0 ? each.resources : each.notResources.map((name) => `everything except ${name}`);
    const verb = each.effect === 'Deny' ? 'deny' : 'allow';
    return actions.flatMap((action) =>
      (resources.length > 0 ? resources : ['']).map((resource) => {
        const rest = restOf(each, resource === '*' ? (star ?? everything(action)) : resource && code(resource));
        return { key: `${verb} ${action} ${rest}`, action, rest, verb } as const;
      }),
    );
  });
}

function restOf({ principals, conditions }: PolicyStatement, resource: string): string {
  const on = resource === '' ? [] : [`on ${resource}`];
  const by = principals.length === 0 ? [] : [`by ${principals.map(code).join(', ')}`];
  const when = Object.entries(conditions).map(([key, values]) => `if ${key} is ${values.map(code).join(' or ')}`);
  return [...on, ...by, ...when].join(' ');
}

/** The text for the resource `*`. It explains a star that cannot be narrowed. */
function everything(action: string): string {
  if (WITHOUT_RESOURCES.includes(action)) return '`*` (AWS supports no resource for this action)';
  return action in REFUSED_WHEN_NARROWED ? '`*` (AWS allows this action on nothing less)' : '`*`';
}

/** Joins the actions on the same resource into one line. */
function phrases(list: readonly Grant[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { verb, action, rest } of list) {
    const key = `${verb}\n${rest}`;
    lines.set(key, [...(lines.get(key) ?? []), code(action)]);
  }
  return [...lines].map(([key, actions]) => {
    const [verb = '', rest = ''] = key.split('\n');
    return [verb, actions.join(', '), rest].filter(Boolean).join(' ');
  });
}

const text = (value: unknown): string => `${(value ?? '') as string}`;

const code = (value: string): string => `\`${value}\``;

function parsed(value: unknown): PolicyStatement[] {
  if (typeof value !== 'string') return [];
  try {
    return statementsOf(JSON.parse(value));
  } catch {
    return [statement({ actions: ['rights that are known only after apply'], resources: [value] })];
  }
}

function attachedPolicy(values: Values): PolicyStatement[] {
  return [statement({ actions: ['all rights in the policy'], resources: [text(values['policy_arn'])] })];
}

/** The rights that a CloudFormation stack gives by permissions on functions. Anything else in a template is reported as what it is. */
function template(values: Values): PolicyStatement[] {
  const body = text(values['template_body']);
  try {
    const { Resources: resources = {} } = JSON.parse(body) as { Resources?: Record<string, { Type?: string; Properties?: Values }> };
    return Object.values(resources).map(({ Type: type, Properties: properties = {} }) => {
      if (type !== 'AWS::Lambda::Permission') return statement({ actions: [`everything that ${String(type)} allows`] });
      const { Action: action, FunctionName: lambda, Principal: principal, ...conditions } = properties;
      return statement({
        actions: [text(action)],
        resources: [text(lambda)],
        principals: [text(principal)],
        conditions: Object.fromEntries(Object.entries(conditions).map(([key, value]) => [key, [String(value)]])),
      });
    });
  } catch {
    return [statement({ actions: ['what a template allows that cannot be read'], resources: [body] })];
  }
}

function permission(values: Values): PolicyStatement[] {
  const source = values['source_arn'];
  return [
    statement({
      actions: [text(values['action'])],
      principals: [text(values['principal'])],
      conditions: typeof source === 'string' ? { 'the source ARN': [source] } : {},
    }),
  ];
}

const statement = (of: Partial<PolicyStatement>): PolicyStatement => ({
  effect: 'Allow',
  actions: [],
  notActions: [],
  resources: [],
  notResources: [],
  principals: [],
  conditions: {},
  ...of,
});
