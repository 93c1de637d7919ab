import { Compile } from 'typebox/compile';
import { type Alias, type Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { nearest } from '../../config/index.ts';
import { type FileFault, formatPath, TenantFileError } from './tenant-file-error.ts';
import { TENANT_SCHEMA, type TenantFile } from './tenant-schema.ts';

type Path = readonly (string | number)[];

export interface ParsedTenantFile {
  readonly name: string;
  readonly file: TenantFile;
  /** The line of what stands at that path, from 1. */
  lineOf(path: Path): number;
}

interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** @throws TenantFileError with every fault, each with its line */
export function parseTenantFile(text: string, name: string): ParsedTenantFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => ({
      line: error.linePos?.[0].line ?? 1,
      path: '',
      message: error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'is not YAML',
    }));
    throw new TenantFileError(name, faults);
  }
  const lineOf = (path: Path) => findLine(document, lines, path);
  const value = readValue(document, name, lines);
  const faults = check(value, lineOf);
  if (faults.length > 0) throw new TenantFileError(name, faults);
  return { name, file: value as TenantFile, lineOf };
}

/** Aliases that name nothing, or far too much, show only when they are followed. */
function readValue(document: Document, name: string, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const offset = findBadAlias(document)?.range?.[0] ?? 0;
    const fault = { line: lines.linePos(offset).line, path: '', message: (error as Error).message };
    throw new TenantFileError(name, [fault]);
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

function findLine(document: Document, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function check(value: unknown, lineOf: (path: Path) => number): FileFault[] {
  const compiled = Compile(TENANT_SCHEMA);
  if (compiled.Check(value)) return [];
  const byPath = new Map<string, string[]>();
  for (const fault of compiled.Errors(value) as readonly SchemaFault[]) {
    for (const [path, message] of describe(fault)) {
      const messages = byPath.get(path) ?? [];
      if (!messages.includes(message)) messages.push(message);
      byPath.set(path, messages);
    }
  }
  const faults = [...byPath].map(([pointer, messages]) => {
    const path = toPath(pointer);
    return { line: lineOf(path), path: formatPath(path), message: messages.join(', or ') };
  });
  return faults.sort((a, b) => a.line - b.line);
}

function describe(fault: SchemaFault): readonly (readonly [pointer: string, message: string])[] {
  const { keyword, instancePath, params, message } = fault;
  // `boolean` repeats additionalProperties at the extra field itself, `anyOf` what its branches said.
  if (keyword === 'boolean' || keyword === 'anyOf') return [];
  if (keyword === 'additionalProperties') {
    const { additionalProperties: extra } = params as { readonly additionalProperties: readonly string[] };
    return extra.map((name) => [`${instancePath}/${name}`, `is not a field here${nearest(name, knownFields(fault))}`]);
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
  return [[instancePath, message]];
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function knownFields(fault: SchemaFault): readonly string[] {
  let node: SchemaNode | undefined = TENANT_SCHEMA as SchemaNode;
  for (const part of toPath(fault.instancePath)) {
    const at: SchemaNode | undefined = node?.anyOf?.[0] ?? node;
    node = typeof part === 'number' ? at?.items : at?.properties?.[part];
  }
  return Object.keys((node?.anyOf?.[0] ?? node)?.properties ?? {});
}

function toPath(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}
