import type { FunctionUrlSpec } from '../specs';
import type { Block } from '../terraform/block';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** @throws TerraformError for a second function URL, and for settings that the local cloud does not have */
export function readFunctionUrls(reader: ResourceReader): FunctionUrlSpec[] {
  const urls = reader.all('aws_lambda_function_url');
  const [url, another] = urls;
  if (url && another)
    throw new TerraformError(
      `${another.address}: the local cloud serves only one function URL, which is ${url.address}; remove one of the two`,
    );
  return urls.map((block) => functionUrl(block, reader));
}

function functionUrl(block: Block, reader: ResourceReader): FunctionUrlSpec {
  const { address } = block;
  const authorization = block.text('authorization_type');
  if (authorization !== 'NONE')
    throw new TerraformError(`${address}.authorization_type is ${authorization}: the local cloud supports only NONE`);
  const invokeMode = block.optionalText('invoke_mode') ?? 'BUFFERED';
  if (invokeMode !== 'BUFFERED' && invokeMode !== 'RESPONSE_STREAM')
    throw new TerraformError(`${address}.invoke_mode is ${invokeMode}; it may be BUFFERED or RESPONSE_STREAM`);
  for (const unknown of ['qualifier', 'cors']) {
    if (block.has(unknown)) throw new TerraformError(`${address}.${unknown}: the local cloud does not support this; remove it`);
  }
  const given = block.text('function_name');
  const known = reader.all('aws_lambda_function').map((each) => ({ name: each.text('function_name'), arn: reader.computed(each, 'arn') }));
  const called = known.find(({ name, arn }) => given === name || given === arn);
  if (!called)
    throw new TerraformError(
      `${address}.function_name is ${given}, but the stack has no such function: refer to the function_name of an aws_lambda_function`,
    );
  return {
    address,
    urlId: reader.computed(block, 'url_id'),
    url: reader.computed(block, 'function_url'),
    functionName: called.name,
    functionArn: called.arn,
    invokeMode,
  };
}
