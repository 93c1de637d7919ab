import { type PathFault, parseYaml } from './parse-yaml.ts';
import { TenantFileError } from './tenant-file-error.ts';
import { TENANT_SCHEMA, type TenantFile } from './tenant-schema.ts';
import type { YamlReader } from './yaml-reader.ts';

export interface ParsedTenantFile {
  readonly name: string;
  readonly text: string;
  readonly file: TenantFile;
  /** The error that names the line of each fault. */
  place(faults: readonly PathFault[]): Promise<TenantFileError>;
}

/** What a file asks for cannot be: its place in the file is looked up when the work has been given up. */
export class UnplacedFault extends Error {
  readonly fault: PathFault;

  constructor(fault: PathFault) {
    super(fault.message);
    this.name = 'UnplacedFault';
    this.fault = fault;
  }
}

/** @throws TenantFileError with every fault, each with its line */
export async function parseTenantFile(text: string, name: string, yaml?: YamlReader): Promise<ParsedTenantFile> {
  const parsed = await parseYaml(TENANT_SCHEMA, text, yaml);
  if (!parsed.ok) throw new TenantFileError(name, parsed.faults);
  const { value, place } = parsed;
  return { name, text, file: value, place: async (faults) => new TenantFileError(name, await place(faults)) };
}

/** Does the work that a file asks for. @throws TenantFileError with the line of what cannot be done */
export async function withPlaces<T>(parsed: ParsedTenantFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UnplacedFault ? await parsed.place([error.fault]) : error;
  }
}
