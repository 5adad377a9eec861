/** Which folder may import which, in one table; and no circle of files anywhere. `npm run lint` checks it. */

/** What the files of a folder may import besides their own folder, and why. Packages are not restricted here. */
const FOLDERS = {
  protocol: [[], 'protocol is what agents and the cloud have agreed on. It imports nothing else of this project.'],
  cli: [[], 'cli helps every command line, and knows none of them.'],
  emulator: [[], 'emulator is AWS as Terraform JSON describes it. It knows no tunnel, and could be published by itself.'],
  agent: [['cli', 'protocol'], 'agent is all that a user installs: one bundle.'],
  functions: [['cli', 'protocol'], 'functions run on AWS: without synthesis, without the local cloud, without the agent.'],
  environments: [
    ['cli', 'functions', 'protocol'],
    'environments are settings. They know the names of functions and the limits of the protocol.',
  ],
  modules: [
    ['cli', 'environments', 'functions'],
    'modules are constructs. They take settings from environments, and tables of names from functions.',
  ],
  policy: [
    ['cli', 'emulator', 'environments', 'modules'],
    'policy reads Terraform as JSON, as the emulator does. It takes settings from environments, and addresses from modules.',
  ],
  local: [['agent', 'cli', 'emulator', 'environments', 'functions', 'modules', 'protocol'], 'local is the tunnel on the emulator.'],
  rollout: [
    ['cli', 'environments', 'functions', 'local', 'modules'],
    'rollout changes the share of event-driven requests, on AWS or on a local cloud that runs.',
  ],
  trace: [
    ['cli', 'emulator', 'environments', 'functions', 'local', 'modules'],
    'trace tells what happened to one request, on AWS or on a local cloud that runs.',
  ],
  bench: [['agent', 'cli', 'emulator', 'environments', 'functions', 'local'], 'bench measures the tunnel on the emulator.'],
  rehearse: [
    ['bench', 'cli', 'emulator', 'environments', 'functions', 'local', 'rollout'],
    'rehearse breaks a tunnel on the emulator, and watches the roll-back.',
  ],
  chaos: [
    ['agent', 'bench', 'cli', 'emulator', 'environments', 'functions', 'local', 'protocol', 'rehearse', 'rollout'],
    'chaos breaks everything around a tunnel on the emulator, and judges what visitors got.',
  ],
  oracle: [
    ['agent', 'cli', 'emulator', 'environments', 'functions', 'modules', 'scripts'],
    "oracle applies what modules synthesize to an emulator that is not this project's, with Terraform as scripts run it.",
  ],
  probe: [
    ['agent', 'bench', 'cli', 'emulator', 'environments', 'functions', 'local', 'protocol', 'rehearse', 'trace'],
    'probe measures an environment on AWS, or a local cloud that runs, through a tunnel of its own.',
  ],
  scripts: [['agent', 'cli', 'functions', 'probe'], 'scripts are commands for those who work on this project.'],
};

const THIS_PROJECT = '^(?!.*node_modules)[^/]+/.*[.](m?ts|js)$';
const packages = (...names) => `node_modules/(${names.join('|')})/`;
const SYNTHESIS = packages('cdktf', '@cdktf/provider-aws', 'constructs');
const AWS_SDK = packages('@aws-sdk', '@aws-lambda-powertools', '@smithy');

/** What goes beyond the directions between folders. */
const RULES = [
  [
    'run-time',
    '^(functions|agent|policy|rollout|protocol|emulator)/',
    SYNTHESIS,
    undefined,
    'What runs, or reads Terraform as JSON, needs no CDKTF, which takes seconds to load.',
  ],
  [
    'barrel',
    '',
    'node_modules/@cdktf/provider-aws/lib/index',
    undefined,
    'The barrel of the provider takes 3 s to load: import its classes by their deep paths.',
  ],
  ['no-aws', '^(agent|protocol)/', AWS_SDK, undefined, 'The agent speaks to the tunnel alone, never to AWS.'],
  ['command-line', '^functions/(?!build-functions)', '^cli/', undefined, 'Of functions, only their build has a command line.'],
  [
    'core',
    '^functions/core/',
    '.',
    `^(functions/core|protocol)/|${packages('toad-cache')}`,
    'core holds rules only: pass clock, randomness and services in. A map that drops its oldest entry is none of these.',
  ],
  [
    'handlers',
    '^(modules|environments|rollout|main)',
    '^functions/[^/]+/',
    '^functions/(core|aws)/',
    'Synthesis and rollout use rules and tables of functions, never a handler.',
  ],
  [
    'addresses',
    '^policy/',
    '^modules/',
    '^modules/addresses[.]ts$',
    'policy takes the addresses from modules, and nothing that synthesizes.',
  ],
  [
    'reading',
    '^policy/',
    '^emulator/',
    '^emulator/(terraform/(block|stack)|iam/statement-json)[.]ts$',
    'policy takes from the emulator how Terraform JSON and policies are read, and nothing that runs.',
  ],
  [
    'foreign',
    '^oracle/',
    '^emulator/',
    '^emulator/terraform/stack[.]ts$',
    "oracle takes from the emulator how Terraform JSON is read, and nothing that runs: its emulators are not this project's.",
  ],
  [
    'running',
    '^rollout/',
    '^local/',
    '^local/running-cloud[.]ts$',
    'rollout needs to know where a local cloud runs, and nothing else of it.',
  ],
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(FOLDERS).map(([folder, [others, comment]]) => ({
      name: folder,
      comment,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: { path: THIS_PROJECT, pathNot: `^(${[folder, ...others].join('|')})/` },
    })),
    ...RULES.map(([name, from, to, except, comment]) => ({
      name,
      comment,
      severity: 'error',
      from: { path: from },
      to: { path: to, ...(except && { pathNot: except }) },
    })),
    {
      name: 'circle',
      severity: 'error',
      comment: 'Files that import each other in a circle can be understood only together. Types count, too.',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(cdktf[.]out|dist|coverage)/' },
  },
};
