/** Which folder may import which: one row a folder, and no circle of files anywhere. `npm run lint` checks it. @type {import('dependency-cruiser').IConfiguration} */

/** What each folder may import besides itself and packages, and why no more. */
const FOLDERS = {
  protocol: [[], 'protocol is what agents and the cloud agree on. It stands below all others.'],
  cli: [[], 'cli helps every command line. It knows none of them.'],
  emulator: [[], 'emulator is AWS as Terraform JSON describes it. It knows no tunnel, and could be published by itself.'],
  agent: [['protocol'], 'agent runs on the laptop of a user, who has nothing else of this project.'],
  functions: [['protocol'], 'functions run on AWS, without synthesis, local cloud or agent.'],
  environments: [['functions', 'protocol'], 'environments are settings: they name functions, and check what is set.'],
  modules: [['environments', 'functions'], 'modules are constructs. They take settings from environments, and names and tables from functions.'],
  policy: [['cli', 'environments', 'modules'], 'policy reads Terraform as JSON. It takes settings from environments and addresses from modules.'],
  local: [['agent', 'cli', 'emulator', 'environments', 'functions', 'modules', 'protocol'], 'local is the tunnel on the emulator. Nothing that is deployed imports it.'],
  rollout: [['cli', 'environments', 'functions', 'modules', 'local'], 'rollout changes the share of the event-driven path, on AWS or on a local cloud that runs.'],
  trace: [['cli', 'emulator', 'environments', 'local', 'modules'], 'trace tells the story of one request, on AWS or on a local cloud that runs.'],
  bench: [['agent', 'cli', 'emulator', 'environments', 'functions', 'local'], 'bench measures the tunnel on the emulator.'],
  rehearse: [['agent', 'bench', 'cli', 'emulator', 'environments', 'functions', 'local', 'rollout'], 'rehearse breaks a tunnel and watches the roll-back.'],
  scripts: [['agent', 'cli', 'functions'], 'scripts are commands for those who work on this project.'],
};

const direction = ([folder, [allowed, comment]]) => ({
  name: folder,
  severity: 'error',
  comment,
  from: { path: `^${folder}/` },
  to: { path: '^(?!.*node_modules)[^/]+/.*[.](m?ts|js)$', pathNot: `^(${[folder, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    ...Object.entries(FOLDERS).map(direction),
    { name: 'circle', severity: 'error', comment: 'Files that import each other in a circle can only be understood together. Types count, too.', from: {}, to: { circular: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(cdktf\\.out|dist|coverage|node_modules)/' },
  },
};
