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

/** What a file asks for cannot be: its places in the file are looked up when the work has been given up. */
export class UnplacedFault extends Error {
  readonly faults: readonly PathFault[];

  constructor(faults: readonly PathFault[]) {
    super(faults.map(({ message }) => message).join('; '));
    this.name = 'UnplacedFault';
    this.faults = faults;
  }
}

/** @throws TenantFileError with every fault, each with its place */
export async function parseTenantFile(text: string, name: string, yaml?: YamlReader): Promise<ParsedTenantFile> {
  const parsed = await parseYaml(TENANT_SCHEMA, text, yaml);
  if (!parsed.ok) throw new TenantFileError(name, parsed.faults);
  const { value, place } = parsed;
  return { name, text, file: value, place: async (faults) => new TenantFileError(name, await place(faults)) };
}

/** Does the work that a file asks for. @throws TenantFileError with the place of what cannot be done */
export async function withPlaces<T>(parsed: ParsedTenantFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UnplacedFault ? await parsed.place(error.faults) : error;
  }
}
