import { ofType, type Resource, type TerraformModel } from './terraform-model';

/** The resources that contain policies of a topic: the topic itself and its `aws_sns_topic_policy` resources. */
export const policiesOf = (topic: Resource, model: TerraformModel): Resource[] => [
  topic,
  ...ofType(model, 'aws_sns_topic_policy').filter((policy) => topic.isMeantBy(policy.optionalText('arn'))),
];
