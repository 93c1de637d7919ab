/** A part of a schema, as the OpenAPI document has it. */
export interface SchemaPart {
  readonly type?: string | readonly string[];
  /** Of a set that has a name of its own. */
  readonly title?: string;
  readonly description?: string;
  readonly anyOf?: readonly SchemaPart[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
  readonly items?: SchemaPart;
  readonly additionalProperties?: boolean | SchemaPart;
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: SchemaPart }>>;
}

interface Described {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: SchemaPart;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

/** One call, its parts gathered. */
export interface Operation {
  readonly method: string;
  /** With `{id}` for parameters. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly params: SchemaPart | undefined;
  readonly query: SchemaPart | undefined;
  readonly body: SchemaPart | undefined;
  /** Of success. */
  readonly status: string;
  readonly response: SchemaPart;
}

/** Every operation of a document, by path and method. */
export function operationsOf(document: OpenApi): readonly Operation[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
  );
  return operations.toSorted((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
}

function operationOf(path: string, method: string, described: Described): Operation {
  const [status = '200', response] = Object.entries(described.responses).find(([code]) => code.startsWith('2')) ?? [];
  return {
    method: method.toUpperCase(),
    path,
    tag: described.tags?.[0] ?? '',
    summary: described.summary ?? '',
    description: described.description ?? '',
    params: parametersOf(described, 'path'),
    query: parametersOf(described, 'query'),
    body: schemaOf(described.requestBody),
    status,
    response: schemaOf(response) ?? {},
  };
}

function schemaOf(part: Content | undefined): SchemaPart | undefined {
  return Object.values(part?.content ?? {})[0]?.schema;
}

function parametersOf({ parameters = [] }: Described, place: string): SchemaPart | undefined {
  const own = parameters.filter((parameter) => parameter.in === place);
  if (own.length === 0) return undefined;
  const describe = ({ schema, description }: (typeof own)[number]) =>
    description === undefined ? schema : { ...schema, description };
  return {
    type: 'object',
    properties: Object.fromEntries(own.map((parameter) => [parameter.name, describe(parameter)])),
    required: own.filter((parameter) => parameter.required === true).map(({ name }) => name),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
