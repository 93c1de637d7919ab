import type { SchemaPart } from './open-api.ts';

/** A schema as a TypeScript type; `indent`: how deep it stands. */
export function typeText(schema: SchemaPart, indent = 0): string {
  if (schema.anyOf !== undefined) {
    return [...new Set(schema.anyOf.map((part) => typeText(part, indent)))].join(' | ');
  }
  if (schema.enum !== undefined) return enumText(schema.enum, schema.title);
  if (schema.const !== undefined) return literal(schema.const);
  if (typeof schema.type === 'object')
    return schema.type.map((type) => typeText({ ...schema, type }, indent)).join(' | ');
  if (schema.type === 'array') return arrayText(schema, indent);
  if (schema.type === 'object') return objectText(schema, indent);
  return SIMPLE[schema.type ?? ''] ?? 'unknown';
}

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** Sets that have a name are written once, by `namedSets`. */
function enumText(values: readonly unknown[], title: string | undefined): string {
  if (title === undefined) return values.map(literal).join(' | ');
  return values.includes(null) ? `${title} | null` : title;
}

/** The named sets in a schema, as types: name and text. */
export function namedSets(schema: SchemaPart): readonly (readonly [name: string, text: string])[] {
  if (schema.enum !== undefined && schema.title !== undefined) {
    const words = schema.enum.filter((value) => value !== null).map((value) => `\n  | ${literal(value)}`);
    return [[schema.title, words.join('')]];
  }
  const { anyOf = [], properties = {}, patternProperties = {}, items, additionalProperties } = schema;
  const inner = [...anyOf, ...Object.values(properties), ...Object.values(patternProperties)];
  if (items !== undefined) inner.push(items);
  if (typeof additionalProperties === 'object') inner.push(additionalProperties);
  return inner.flatMap(namedSets);
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}

function arrayText(schema: SchemaPart, indent: number): string {
  const { items = {} } = schema;
  const item = typeText(items, indent);
  const isPlain = /^\w+$/.test(item) || (items.anyOf === undefined && items.type === 'object');
  return isPlain ? `readonly ${item}[]` : `readonly (${item})[]`;
}

function objectText(schema: SchemaPart, indent: number): string {
  const properties = Object.entries(schema.properties ?? {});
  const values = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
  if (properties.length === 0) {
    return typeof values === 'object' ? `Readonly<Record<string, ${typeText(values, indent)}>>` : 'object';
  }
  const pad = '  '.repeat(indent + 1);
  const lines = properties.map(([name, property]) => {
    const mark = schema.required?.includes(name) === true ? '' : '?';
    return `${commentText(property, pad)}${pad}readonly ${keyText(name)}${mark}: ${typeText(property, indent + 1)};`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(indent)}}`;
}

function commentText({ description, anyOf = [] }: SchemaPart, pad: string): string {
  const text = description ?? anyOf.find((part) => part.description !== undefined)?.description;
  return text === undefined ? '' : `${pad}/** ${text.replaceAll('*/', '* /')} */\n`;
}

function keyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : literal(name);
}
