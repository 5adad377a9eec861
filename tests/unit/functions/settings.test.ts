import { FUNCTION_SETTINGS, readSettings, variablesFor, type FunctionName, type SettingName } from '../../../functions/settings';

const VALUES: Record<SettingName, string> = {
  TUNNELS_TABLE: 'tunnels',
  PENDING_REQUESTS_TABLE: 'pending',
  BODY_BUCKET: 'bodies',
  EVENT_BUS_NAME: 'bus',
  AGENT_GATEWAY_URL: 'wss://agents.example/v1',
  WAKE_CHANNEL_URL: 'wss://wake.example/v1',
  VISITOR_URL: 'https://visitors.example',
  STREAM_URL: 'https://streams.example/',
  TUNNEL_DOMAIN: 'example.test',
  TOKEN_KEY_PARAMETER: '/key',
  TOKEN_ISSUER: '{"jwksUrl":"https://id.example/keys","issuer":"https://id.example","audience":"tunnels","namesClaim":"names"}',
  USE_EVENT_DRIVEN: 'true',
  EVENT_DRIVEN_MODE: 'bus',
  USE_TICKETS: 'true',
  EVENT_DRIVEN_PERCENT: '10',
  MAX_IN_FLIGHT: '200',
  MAX_TUNNELS: '50',
  MESSAGES_BURST: '200',
  MESSAGES_PER_SECOND: '10',
  REQUEST_DEADLINE_MS: '28000',
  POLLING_DELAYS_MS: '50,100',
  SAFETY_READ_MS: '1000',
  WAKE_IDLE_MS: '30000',
  WAKE_HELLO_MS: '250',
  WAKE_ROTATE_MS: '5400000',
  SERVICE_CALL_MS: '2000',
  WAKE_POST_MS: '500',
  LEASE_GRACE_MS: '60000',
  ROLLOUT_CACHE_MS: '5000',
  ROLLOUT_STALE_MS: '60000',
  NAME_COOLDOWN_MS: '3600000',
  PROBE_GRACE_MS: '900000',
  TICKET_KEY_MS: '3600000',
  STREAM_LIFE_MS: '885000',
  STREAM_WINDOW_BYTES: '524288',
  STREAM_CHUNK_BYTES: '22528',
  STREAM_GATHER_MS: '25',
  STREAM_PROBE_MS: '2000',
  STREAM_SILENCE_MS: '45000',
  STREAM_HEARTBEAT_MS: '15000',
  STREAM_STALL_MS: '300000',
};
const NAMES = Object.keys(FUNCTION_SETTINGS) as FunctionName[];

test.each(NAMES)('the variables that the infrastructure sets for %s are exactly the settings that the function reads', (name) => {
  const variables = variablesFor(name, VALUES);
  expect(Object.keys(readSettings(name, variables)).sort()).toEqual([...FUNCTION_SETTINGS[name]].sort());
});

test('readSettings() returns each value in its type', () => {
  const settings = readSettings('forward-request', VALUES);
  expect(settings.AGENT_GATEWAY_URL.host).toBe('agents.example');
  expect(settings.EVENT_DRIVEN_PERCENT).toBe(10);
  expect(settings.USE_EVENT_DRIVEN).toBe(true);
  expect(settings.POLLING_DELAYS_MS).toEqual([50, 100]);
});

test('an incomplete or malformed TOKEN_ISSUER makes readSettings() throw an error that names the setting', () => {
  const read = (TOKEN_ISSUER: string) => () => readSettings('authorize-agent', { TOKEN_ISSUER });
  expect(read('{"jwksUrl":"https://id.example/keys","issuer":"i","namesClaim":"n"}')).toThrow(/TOKEN_ISSUER=.*lacks audience/);
  expect(read('https://id.example')).toThrow(/TOKEN_ISSUER/);
});

test('missing settings make readSettings() throw an error that names every missing setting', () => {
  expect(() => readSettings('wake-waiter', {})).toThrow('WAKE_CHANNEL_URL is missing');
  expect(() => readSettings('connect-agent', {})).toThrow(/TUNNELS_TABLE is missing.*LEASE_GRACE_MS is missing/);
});

test('an optional setting may be missing', () => {
  const { TUNNEL_DOMAIN: _, ...values } = VALUES;
  expect(readSettings('forward-request', values).TUNNEL_DOMAIN).toBeUndefined();
  expect(variablesFor('forward-request', { ...VALUES, TUNNEL_DOMAIN: undefined })).not.toHaveProperty('TUNNEL_DOMAIN');
});

test.each([
  ['EVENT_DRIVEN_PERCENT', '101', 'above 100'],
  ['EVENT_DRIVEN_PERCENT', 'ten', 'not a whole number'],
  ['USE_EVENT_DRIVEN', 'yes', 'neither true nor false'],
  ['POLLING_DELAYS_MS', '50,,100', 'not a whole number'],
  ['EVENT_DRIVEN_MODE', 'pigeon', 'neither bus nor direct'],
  ['AGENT_GATEWAY_URL', 'nowhere', 'not a URL'],
  ['TUNNELS_TABLE', ' ', 'is empty'],
])('%s="%s" makes readSettings() throw an error with the reason: %s', (name, value, reason) => {
  expect(() => readSettings('forward-request', { ...VALUES, [name]: value })).toThrow(new RegExp(`${name}="${value}".*${reason}`));
});

test('variablesFor() throws for a required setting without a value', () => {
  expect(() => variablesFor('wake-waiter', { ...VALUES, WAKE_CHANNEL_URL: undefined })).toThrow('WAKE_CHANNEL_URL has no value');
});
