import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { nearest } from '../../config/index.ts';
import { type FileFault, formatPath } from './tenant-file-error.ts';
import type { FilePath, FilePlace } from './yaml-document.ts';
import { YAML_HERE, type YamlReader } from './yaml-reader.ts';

export type ParsedYaml<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Faults of what it says, in the order of the file. */
      place(faults: readonly PathFault[]): Promise<readonly FileFault[]>;
      /** Where those stand in the file, or what is nearest above them. */
      places(paths: readonly FilePath[]): Promise<readonly FilePlace[]>;
    }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

/** A fault of what a file says, whose place is to be looked up. */
export interface PathFault {
  readonly path: FilePath;
  readonly message: string;
}

interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** Reads YAML that must fit a schema; every fault has its place. */
export async function parseYaml<S extends TSchema>(
  schema: S,
  text: string,
  yaml: YamlReader = YAML_HERE,
): Promise<ParsedYaml<Static<S>>> {
  const place = async (faults: readonly PathFault[]) => placeFaults(faults, await yaml.places(text, pathsOf(faults)));
  const read = await yaml.read(text);
  if ('faults' in read) return { ok: false, faults: read.faults };
  const faults = checkYaml(schema, read.value);
  if (faults.length > 0) return { ok: false, faults: await place(faults) };
  return { ok: true, value: read.value as Static<S>, place, places: (paths) => yaml.places(text, paths) };
}

/** Where in the document the faults are, in their order: what `placeFaults` needs lines for. */
function pathsOf(faults: readonly PathFault[]): readonly FilePath[] {
  return faults.map(({ path }) => path);
}

/** Puts their places to faults, and them in the order of the file. */
function placeFaults(faults: readonly PathFault[], places: readonly FilePlace[]): readonly FileFault[] {
  const placed = faults.map(({ path, message }, at) => ({
    ...(places[at] ?? { line: 1, column: 1 }),
    path: formatPath(path),
    message,
  }));
  return placed.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What does not fit the schema. */
function checkYaml(schema: TSchema, value: unknown): readonly PathFault[] {
  const compiled = Compile(schema);
  if (compiled.Check(value)) return [];
  const byPath = new Map<string, string[]>();
  for (const fault of compiled.Errors(value) as readonly SchemaFault[]) {
    for (const [path, message] of describe(schema, fault, value)) {
      const messages = byPath.get(path) ?? [];
      if (!messages.includes(message)) messages.push(message);
      byPath.set(path, messages);
    }
  }
  const faults = [...byPath].map(([pointer, messages]) => ({ path: toPath(pointer), message: messages.join(', or ') }));
  return faults.length > 0 ? faults : [{ path: [], message: 'does not fit the schema' }];
}

function describe(
  schema: TSchema,
  fault: SchemaFault,
  value: unknown,
): readonly (readonly [pointer: string, message: string])[] {
  const { keyword, instancePath, params, message } = fault;
  // `anyOf` repeats what its branches said.
  if (keyword === 'anyOf') return [];
  // Of each extra field, and of all of them after the last: only so many faults are looked for (8).
  if (keyword === 'boolean') {
    const path = toPath(instancePath);
    const known = knownFields(schema, path.slice(0, -1));
    return [[instancePath, `is not a field here${nearest(String(path.at(-1)), known)}`]];
  }
  if (keyword === 'additionalProperties') return [];
  if (keyword === 'required') {
    const { requiredProperties: missing } = params as { readonly requiredProperties: readonly string[] };
    return missing.map((name) => [instancePath, `must have ${name}`]);
  }
  if (keyword === 'enum') {
    return [
      [
        instancePath,
        `must be one of ${(params as { readonly allowedValues: readonly unknown[] }).allowedValues.join(', ')}`,
      ],
    ];
  }
  if (keyword === 'const')
    return [[instancePath, `must be ${(params as { readonly allowedValue: unknown }).allowedValue}`]];
  const wanted = findNode(schema, toPath(instancePath))?.description;
  if (keyword === 'type') {
    const text = mistypedText(String((params as { type: unknown }).type), at(value, instancePath));
    return [[instancePath, text.endsWith(TYPES.object ?? '') && wanted !== undefined ? `${text} (${wanted})` : text]];
  }
  // What is meant is said in words, where the schema has them.
  if (keyword === 'pattern' && wanted !== undefined) return [[instancePath, `must be: ${wanted}`]];
  return [[instancePath, message]];
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields and their values',
};

/** The commonest of all: a number in international form that YAML takes for an integer. */
function mistypedText(wanted: string, found: unknown): string {
  const must = `must be ${TYPES[wanted] ?? wanted}`;
  if (found === null) return wanted === 'null' ? must : `${must}, and there is nothing`;
  if (typeof found === 'object') return `${must}, not ${Array.isArray(found) ? 'a list' : 'fields and their values'}`;
  const isUnquoted = wanted === 'string';
  return isUnquoted ? `${must}: put it in quotes (YAML takes it for ${found})` : must;
}

function at(value: unknown, pointer: string): unknown {
  return toPath(pointer).reduce<unknown>((node, part) => (node as Readonly<Record<string, unknown>>)[part], value);
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function knownFields(schema: TSchema, path: FilePath): readonly string[] {
  return Object.keys(findNode(schema, path)?.properties ?? {});
}

function findNode(schema: TSchema, path: FilePath): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema as SchemaNode;
  for (const part of path) {
    const at: SchemaNode | undefined = node?.anyOf?.[0] ?? node;
    node = typeof part === 'number' ? at?.items : at?.properties?.[part];
  }
  return node?.anyOf?.[0] ?? node;
}

function toPath(pointer: string): FilePath {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}
