import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Apigatewayv2ApiMapping } from '@cdktf/provider-aws/lib/apigatewayv2-api-mapping';
import { Apigatewayv2DomainName } from '@cdktf/provider-aws/lib/apigatewayv2-domain-name';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Construct } from 'constructs';

/** The subdomain that agents connect to. No tunnel may have this name (functions/core/tunnel.ts). */
const AGENTS = 'agents';

/** A stage that gets its own domain. */
export interface MappedStage {
  readonly apiId: string;
  readonly stageId: string;
}

export interface TunnelDomainProps {
  /** `tunnels.example.com` */
  readonly domain: string;
  /** The Route 53 zone that contains the domain. */
  readonly hostedZoneId: string;
  readonly visitors: MappedStage;
  readonly agents: MappedStage;
}

/**
 * Serves `https://<name>.<domain>` to visitors and `wss://agents.<domain>` to agents, with one wildcard certificate for both. API
 * Gateway prefers the exact name to the wildcard:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
 */
export class TunnelDomain extends Construct {
  /** `wss://agents.<domain>` */
  readonly agentUrl: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TunnelDomainProps,
  ) {
    super(scope, id);
    const certificateArn = this.addCertificate();
    const agentHost = `${AGENTS}.${props.domain}`;
    this.serve('visitors', `*.${props.domain}`, props.visitors, certificateArn);
    this.serve('agents', agentHost, props.agents, certificateArn);
    this.agentUrl = `wss://${agentHost}`;
  }

  /** @returns the ARN of the certificate after ACM has found the record that proves control of the domain */
  private addCertificate(): string {
    const certificate = new AcmCertificate(this, 'certificate', {
      domainName: `*.${this.props.domain}`,
      validationMethod: 'DNS',
      // A certificate in use cannot be deleted, so the next certificate must be created first.
      lifecycle: { createBeforeDestroy: true },
    });
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, 'certificate-record', {
      zoneId: this.props.hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
    });
    const validation = new AcmCertificateValidation(this, 'certificate-validation', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    });
    return validation.certificateArn;
  }

  private serve(id: string, domainName: string, { apiId, stageId }: MappedStage, certificateArn: string): void {
    const domain = new Apigatewayv2DomainName(this, id, {
      domainName,
      domainNameConfiguration: { certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' },
    });
    new Apigatewayv2ApiMapping(this, `${id}-mapping`, { apiId, stage: stageId, domainName: domain.id });
    new Route53Record(this, `${id}-record`, {
      zoneId: this.props.hostedZoneId,
      name: domainName,
      type: 'A',
      alias: {
        name: domain.domainNameConfiguration.targetDomainName,
        zoneId: domain.domainNameConfiguration.hostedZoneId,
        evaluateTargetHealth: false,
      },
    });
  }
}
