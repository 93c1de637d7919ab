import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Alias, type Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { nearest } from '../../config/index.ts';
import { type FileFault, formatPath } from './tenant-file-error.ts';

export type FilePath = readonly (string | number)[];

/** A place in a file, both from 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
}

export type ParsedYaml<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Where that stands in the file, or what is nearest above it. */
      placeOf(path: FilePath): FilePlace;
    }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** Reads YAML that must fit a schema; every fault has its place. */
export function parseYaml<S extends TSchema>(schema: S, text: string): ParsedYaml<Static<S>> {
  const { document, lines } = readDocument(text);
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => {
      const at = error.linePos?.[0];
      const message = error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'is not YAML';
      return { line: at?.line ?? 1, column: at?.col ?? 1, path: '', message };
    });
    return { ok: false, faults };
  }
  const read = readValue(document, lines);
  if ('fault' in read) return { ok: false, faults: [read.fault] };
  const faults = check(schema, read.value, (path) => findPlace(document, lines, path));
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: read.value as Static<S>, placeOf: placeFinder(text) };
}

function readDocument(text: string): { readonly document: Document; readonly lines: LineCounter } {
  const lines = new LineCounter();
  return { lines, document: parseDocument(text, { lineCounter: lines, uniqueKeys: true }) };
}

/** Reads the text again at the first question: few are asked, and the document weighs many times what it says. */
function placeFinder(text: string): (path: FilePath) => FilePlace {
  let source: ReturnType<typeof readDocument> | undefined;
  return (path) => {
    source ??= readDocument(text);
    return findPlace(source.document, source.lines, path);
  };
}

/** Aliases that name nothing, or far too much, show only when they are followed. */
function readValue(
  document: Document,
  lines: LineCounter,
): { readonly value: unknown } | { readonly fault: FileFault } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    const { line, col } = lines.linePos(findBadAlias(document)?.range?.[0] ?? 0);
    return { fault: { line, column: col, path: '', message: (error as Error).message } };
  }
}

/** The first alias that names nothing; if all do, the first of those that are too many. */
function findBadAlias(document: Document): Alias | undefined {
  const aliases: Alias[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      aliases.push(alias);
    },
  });
  return aliases.find((alias) => alias.resolve(document) === undefined) ?? aliases[0];
}

function findPlace(document: Document, lines: LineCounter, path: FilePath): FilePlace {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}

function check(schema: TSchema, value: unknown, placeOf: (path: FilePath) => FilePlace): FileFault[] {
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
  const faults = [...byPath].map(([pointer, messages]) => {
    const path = toPath(pointer);
    return { ...placeOf(path), path: formatPath(path), message: messages.join(', or ') };
  });
  return faults.sort((a, b) => a.line - b.line);
}

function describe(
  schema: TSchema,
  fault: SchemaFault,
  value: unknown,
): readonly (readonly [pointer: string, message: string])[] {
  const { keyword, instancePath, params, message } = fault;
  // `boolean` repeats additionalProperties at the extra field itself, `anyOf` what its branches said.
  if (keyword === 'boolean' || keyword === 'anyOf') return [];
  if (keyword === 'additionalProperties') {
    const { additionalProperties: extra } = params as { readonly additionalProperties: readonly string[] };
    const known = knownFields(schema, fault);
    return extra.map((name) => [`${instancePath}/${name}`, `is not a field here${nearest(name, known)}`]);
  }
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
  if (keyword === 'type')
    return [[instancePath, mistypedText(String((params as { type: unknown }).type), at(value, instancePath))]];
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
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function knownFields(schema: TSchema, fault: SchemaFault): readonly string[] {
  let node: SchemaNode | undefined = schema as SchemaNode;
  for (const part of toPath(fault.instancePath)) {
    const at: SchemaNode | undefined = node?.anyOf?.[0] ?? node;
    node = typeof part === 'number' ? at?.items : at?.properties?.[part];
  }
  return Object.keys((node?.anyOf?.[0] ?? node)?.properties ?? {});
}

function toPath(pointer: string): FilePath {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}
