import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { buildConfig, type Values } from './build-config.ts';
import type { Config } from './config.ts';
import { ConfigError, type ConfigFault } from './config-error.ts';
import { FIELDS, type Field } from './fields.ts';
import { nearest } from './nearest.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Read besides the fields: where the file is. */
const FILE_VARIABLE = 'DIDFARM_CONFIG';

export interface LoadedConfig {
  readonly config: Config;
  /** `DIDFARM_*` variables that mean nothing, for one warning line. */
  readonly unknownVariables: readonly string[];
}

export interface LoadOptions {
  /** An empty data directory becomes the demo world. @default false */
  readonly mayMakeDemo?: boolean;
}

/**
 * Environment over file over defaults, to one frozen Config.
 * @throws ConfigError that lists every fault: path, value seen, what is allowed.
 */
export function loadConfig(env: Environment, { mayMakeDemo = false }: LoadOptions = {}): LoadedConfig {
  const file = env[FILE_VARIABLE];
  const faults: ConfigFault[] = [];
  const tree = file === undefined || file === '' ? {} : readTree(file, faults);
  reportUnknownKeys(tree, faults);
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries<Field>(FIELDS)) values[name] = readField(field, tree, env, faults);
  // Every field was read by its own kind, or its fault stops us on the next line.
  const config = buildConfig(values as Values, faults, mayMakeDemo && isNew(values as Values));
  if (faults.length > 0) throw new ConfigError(file ?? 'environment', faults);
  return { config, unknownVariables: findUnknownVariables(env) };
}

function isNew({ dataDir }: Values): boolean {
  return dataDir !== undefined && !existsSync(join(dataDir, 'didfarm.db'));
}

function readTree(file: string, faults: ConfigFault[]): Record<string, unknown> {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new ConfigError(FILE_VARIABLE, [{ path: file, message: `cannot be read (${code})` }]);
  }
  const document = parseDocument(source);
  for (const error of document.errors) {
    const line = error.linePos?.[0].line ?? 1;
    faults.push({ path: `line ${line}`, message: error.message.split('\n')[0] ?? 'not YAML' });
  }
  const tree: unknown = document.errors.length > 0 ? {} : document.toJS();
  if (tree === null || tree === undefined) return {};
  if (typeof tree === 'object' && !Array.isArray(tree)) return tree as Record<string, unknown>;
  faults.push({ path: 'line 1', message: 'the file must be a mapping of settings' });
  return {};
}

function readField(field: Field, tree: Record<string, unknown>, env: Environment, faults: ConfigFault[]): unknown {
  const fromEnv = field.env === undefined ? undefined : env[field.env];
  const inEnv = fromEnv !== undefined && fromEnv !== '';
  const raw = inEnv ? fromEnv : lookUp(tree, field.path);
  if (raw === undefined || raw === null) return field.fallback;
  const value = field.kind.read(raw);
  if (value === undefined) {
    const path = inEnv ? (field.env ?? field.path) : field.path;
    faults.push({ path, message: `${JSON.stringify(raw)} is not allowed, expected ${field.kind.allowed}` });
  }
  return value;
}

function lookUp(tree: Record<string, unknown>, path: string): unknown {
  let node: unknown = tree;
  for (const key of path.split('.')) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = (node as Record<string, unknown>)[key];
  }
  return node;
}

function reportUnknownKeys(tree: Record<string, unknown>, faults: ConfigFault[], prefix = ''): void {
  const known = Object.values<Field>(FIELDS).map((field) => field.path);
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix + key;
    if (known.includes(path)) continue;
    const isSection = known.some((name) => name.startsWith(`${path}.`));
    if (isSection && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      reportUnknownKeys(value as Record<string, unknown>, faults, `${path}.`);
    } else if (isSection) {
      if (value !== null) faults.push({ path, message: 'is a section, expected settings below it' });
    } else {
      faults.push({ path, message: `is not a setting${nearest(path, known)}` });
    }
  }
}

function findUnknownVariables(env: Environment): readonly string[] {
  const known = new Set(Object.values<Field>(FIELDS).map((field) => field.env));
  const isOurs = (name: string) => name.startsWith('DIDFARM_') && name !== FILE_VARIABLE;
  return Object.keys(env).filter((name) => isOurs(name) && !known.has(name));
}
