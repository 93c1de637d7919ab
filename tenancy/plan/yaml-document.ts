import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { FileFault } from './tenant-file-error.ts';

export type FilePath = readonly (string | number)[];

/** A place in a file, both from 1. */
export interface FilePlace {
  readonly line: number;
  readonly column: number;
}

/** What a file says, or why nobody can tell. */
export type YamlRead = { readonly value: unknown } | { readonly faults: readonly FileFault[] };

/** What a file may hold (values and names): some hundred thousand trunks. More is no file that people keep. */
const MOST_NODES = 5_000_000;
/** Faults of syntax that are told: one is often the cause of all behind it. */
const MOST_FAULTS = 100;

interface Source {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Reads YAML into plain values, at a cost that grows with the length of the text alone. */
export function readYaml(text: string): YamlRead {
  return readValue(readSource(text));
}

/** Where that stands in the file, or what is nearest above it. */
export function placesIn(text: string, paths: readonly FilePath[]): readonly FilePlace[] {
  const source = readSource(text);
  return paths.map((path) => findPlace(source, path));
}

function readSource(text: string): Source {
  const lines = new LineCounter();
  // The library compares each name of a mapping with all before it: `findTwin` looks each up.
  return { lines, document: parseDocument(text, { lineCounter: lines, uniqueKeys: false }) };
}

function readValue(source: Source): YamlRead {
  const { document, lines } = source;
  if (document.errors.length > 0) {
    return { faults: syntaxFaults(document) };
  }
  const faultAt = (offset: number, message: string): YamlRead => {
    const { line, col } = lines.linePos(offset);
    return { faults: [{ line, column: col, path: '', message }] };
  };
  try {
    const odd = findOddity(document);
    if (odd !== undefined) return faultAt(odd.offset, odd.message);
    // Aliases that name far too much show only when they are followed.
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    const alias = firstAlias(document);
    return faultAt(alias === undefined ? 0 : offsetOf(alias), (error as Error).message);
  }
}

/** What the library says, once a line, and what to do where it does not say that. */
function syntaxFaults({ errors }: Document): readonly FileFault[] {
  const faults = new Map<string, FileFault>();
  for (const { code, message, linePos } of errors) {
    const { line = 1, col = 1 } = linePos?.[0] ?? {};
    const text = SYNTAX[code] ?? message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'is not YAML';
    const key = `${line} ${text}`;
    if (!faults.has(key)) faults.set(key, { line, column: col, path: '', message: text });
    if (faults.size >= MOST_FAULTS) break;
  }
  return [...faults.values()];
}

const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Tabs are not allowed as indentation: use spaces',
  MULTIPLE_DOCS: 'A second document begins here: give each document a file of its own',
};

interface Oddity {
  readonly offset: number;
  readonly message: string;
}

/** A name twice in one mapping, an alias of nothing, or far too much of everything; in one walk. */
function findOddity(document: Document): Oddity | undefined {
  const anchors = new Set<string>();
  let nodes = 0;
  let found: Oddity | undefined;
  const look = (node: Node) => {
    nodes += 1;
    if (isAlias(node)) {
      if (!anchors.has(node.source)) found = { offset: offsetOf(node), message: unresolved(node) };
    } else if (node.anchor !== undefined) anchors.add(node.anchor);
    if (isMap(node)) found ??= findTwin(node);
    if (nodes > MOST_NODES) found = { offset: 0, message: `holds more than ${MOST_NODES} values` };
    return found === undefined ? undefined : visit.BREAK;
  };
  visit(document, { Node: (_key, node) => look(node) });
  return found;
}

function findTwin({ items }: YAMLMap): Oddity | undefined {
  const names = new Set<unknown>();
  for (const { key } of items) {
    const name = isScalar(key) ? key.value : key;
    if (names.has(name) && isNode(key))
      return { offset: offsetOf(key), message: `Map keys must be unique: take out or rename the second "${name}"` };
    names.add(name);
  }
  return undefined;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function unresolved({ source }: Alias): string {
  return `Unresolved alias (the anchor must be set before the alias): ${source}`;
}

function firstAlias(document: Document): Alias | undefined {
  let first: Alias | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      first = alias;
      return visit.BREAK;
    },
  });
  return first;
}

function findPlace({ document, lines }: Source, path: FilePath): FilePlace {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}
