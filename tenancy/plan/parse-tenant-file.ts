import { type FilePath, parseYaml } from './parse-yaml.ts';
import { TenantFileError } from './tenant-file-error.ts';
import { TENANT_SCHEMA, type TenantFile } from './tenant-schema.ts';

export interface ParsedTenantFile {
  readonly name: string;
  readonly text: string;
  readonly file: TenantFile;
  /** The line of what stands at that path, from 1. */
  lineOf(path: FilePath): number;
}

/** @throws TenantFileError with every fault, each with its line */
export function parseTenantFile(text: string, name: string): ParsedTenantFile {
  const parsed = parseYaml(TENANT_SCHEMA, text);
  if (!parsed.ok) throw new TenantFileError(name, parsed.faults);
  return { name, text, file: parsed.value, lineOf: (path) => parsed.placeOf(path).line };
}
