export { ProcessGuard } from './process-guard';
export { exitWithParent } from './exit-with-parent';
