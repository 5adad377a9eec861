import { ofType, type Resource, type TerraformModel } from './terraform-model';

/** What holds policies of a topic: itself, and resources of their own. */
export const policiesOf = (topic: Resource, model: TerraformModel): Resource[] => [
  topic,
  ...ofType(model, 'aws_sns_topic_policy').filter((policy) => topic.isMeantBy(policy.text('arn'))),
];
