import { awsEndpoint } from './aws-endpoint/service';
import { alarms, metrics, serviceMetrics } from './cloudwatch/service';
import { dynamodb } from './dynamodb/service';
import { events, schedules } from './events/service';
import { functionUrl } from './function-url/service';
import { gateway } from './gateway/service';
import { iam } from './iam/service';
import { kms } from './kms/service';
import { lambda } from './lambda/service';
import { logs } from './logs/service';
import { s3 } from './s3/service';
import { ServiceList } from './service-list';
import { sns } from './sns/service';
import { sqs } from './sqs/service';
import { ssm } from './ssm/service';
import { streams } from './streams/service';
import { xray } from './xray/service';

/** The services of the local cloud. They start in this order, and close in the opposite order: a caller closes before the services that it calls. */
export const SERVICES = new ServiceList()
  .with(iam)
  .with(kms)
  .with(metrics)
  .with(awsEndpoint)
  .with(gateway)
  .with(functionUrl)
  .with(sqs)
  .with(s3)
  .with(sns)
  .with(ssm)
  .with(dynamodb)
  .with(events)
  .with(xray)
  .with(logs)
  .with(lambda)
  .with(streams)
  .with(schedules)
  .with(alarms)
  .with(serviceMetrics);
