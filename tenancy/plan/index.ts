export type { Change, FieldChange, NewCredentials } from './change.ts';
export { exportTenants } from './export-tenants.ts';
export { type FilePath, type FilePlace, type ParsedYaml, parseYaml } from './parse-yaml.ts';
export { type AppliedPlan, applyTenants, type PlanEffects, planTenants, type TenantPlan } from './plan-tenants.ts';
export { loadDirectory, type RehearsedTenants, type RehearseOptions, rehearseTenants } from './rehearse-tenants.ts';
export type { PlanOptions } from './session.ts';
export { type FileFault, formatPath, TenantFileError } from './tenant-file-error.ts';
export { TENANT_SCHEMA } from './tenant-schema.ts';
