/** A part of a schema, as the OpenAPI document has it. */
interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: object;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

export interface RandomRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | undefined;
  /** Statuses that the document says it may be answered with. */
  readonly documented: readonly string[];
}

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Left out: what makes thousands of rows, and what would lock the callers themselves out. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'post /api/v1/seed',
  'delete /api/v1/api-keys/{id}',
  'post /api/v1/api-keys/{id}/rotate',
  'post /api/v1/accounts/{id}/offboard',
]);
/** Fields never sent: an account that closes itself has no key any more. */
const NOT_SENT: ReadonlySet<string> = new Set(['patch /api/v1/accounts/{id} status']);

/** Requests that are nearly right: made of the document's own schemas, with something wrong now and then. */
export class RandomRequests {
  readonly #operations: readonly (readonly [path: string, method: string, described: Described])[];
  readonly #random: () => number;
  readonly #keys: readonly string[];
  /** Ids and uuids that were seen in answers, to be asked for. */
  readonly #seen: string[] = ['1', '2', '3'];

  constructor(document: OpenApiDocument, keys: readonly string[], random: () => number) {
    this.#random = random;
    this.#keys = keys;
    this.#operations = Object.entries(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, described]) => [path, method, described] as const),
      )
      .filter(([path, method]) => !LEFT_OUT.has(`${method} ${path}`));
  }

  next(): RandomRequest {
    const [path, method, described] = this.#pick(this.#operations);
    const headers: Record<string, string> = { authorization: `Bearer ${this.#pick(this.#keys)}` };
    for (const [name, values] of Object.entries(HEADERS)) {
      if (this.#chance(0.03)) headers[name] = this.#pick([...values, this.#pick(this.#seen)]);
    }
    const schema = Object.values(described.requestBody?.content ?? {})[0]?.schema;
    return {
      method: method.toUpperCase() as RandomRequest['method'],
      url: this.#url(path, described),
      headers,
      payload: method === 'get' || schema === undefined ? undefined : this.#body(without(schema, `${method} ${path}`)),
      documented: Object.keys(described.responses),
    };
  }

  /** Remembers the ids of an answer. */
  learn(body: string): void {
    for (const [, value = ''] of body.matchAll(/"(?:id|uuid)":"?([\w-]{1,40})/g)) {
      if (this.#seen.length < 500) this.#seen.push(value);
      else this.#seen[Math.floor(this.#random() * this.#seen.length)] = value;
    }
  }

  #url(path: string, described: Described): string {
    const filled = path.replace(/\{\w+\}/g, () => encodeURIComponent(this.#reference()));
    const query = (described.parameters ?? [])
      .filter((parameter) => parameter.in === 'query' && this.#chance(0.4))
      .map(({ name, schema }) => `${name}=${encodeURIComponent(String(this.#value(schema ?? {}, 0)))}`);
    if (this.#chance(0.02)) query.push('nonsense=%00');
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  }

  #reference(): string {
    return this.#chance(0.85) ? this.#pick(this.#seen) : this.#pick(TEXTS);
  }

  #body(schema: Schema): string {
    if (this.#chance(0.03)) return this.#pick(BROKEN);
    return JSON.stringify(this.#value(schema, 0));
  }

  #value(schema: Schema, depth: number): unknown {
    if (this.#chance(0.06)) return this.#pick(WRONG);
    if (schema.anyOf !== undefined) return this.#value(this.#pick(schema.anyOf), depth);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.#pick(schema.enum);
    if (schema.type === 'integer' || schema.type === 'number') return this.#integer();
    if (schema.type === 'boolean') return this.#chance(0.5);
    if (schema.type === 'array') return this.#array(schema, depth);
    if (schema.type === 'object') return this.#object(schema, depth);
    return this.#chance(0.2) ? this.#pick(this.#seen) : this.#pick(TEXTS);
  }

  #array(schema: Schema, depth: number): readonly unknown[] {
    if (depth > 3) return [];
    const length = Math.floor(this.#random() * 4);
    return Array.from({ length }, () => this.#value(schema.items ?? {}, depth + 1));
  }

  #object(schema: Schema, depth: number): object {
    if (depth > 3) return {};
    const wanted = Object.entries(schema.properties ?? {}).filter(() => this.#chance(depth === 0 ? 0.6 : 0.8));
    return Object.fromEntries(wanted.map(([name, property]) => [name, this.#value(property, depth + 1)]));
  }

  #integer(): number {
    return this.#chance(0.5) ? Number(this.#pick(this.#seen)) || 1 : this.#pick(NUMBERS);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}

function without(schema: Schema, operation: string): Schema {
  const kept = Object.entries(schema.properties ?? {}).filter(([name]) => !NOT_SENT.has(`${operation} ${name}`));
  return schema.properties === undefined ? schema : { ...schema, properties: Object.fromEntries(kept) };
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'x-didfarm-account': ['1', 'nobody', "'"],
  'if-match': ['"1"', '*', 'W/"2"', 'x'],
  'idempotency-key': ['a', 'b', 'x'.repeat(300)],
  'content-type': ['text/plain', 'application/json', 'multipart/form-data'],
};

const TEXTS = [
  'Acme Corp',
  'NL',
  '+31201234567',
  '+4930987654',
  'sip:desk@example.com',
  'phones.example',
  '192.0.2.0/24',
  '2001:db8::1',
  'Europe/Amsterdam',
  '2030-01-01T00:00:00Z',
  'https://example.com/hook',
  '',
  ' ',
  'x'.repeat(130),
  "'; DROP TABLE trunks; --",
  '%',
  '\u0000',
  '\ud83d\ude00\u202e',
  '__proto__',
  'version: 1\naccounts:\n  - name: Fuzz\n    trunks: [{name: T}]\n',
  'version: 1\naccounts: [&a [*a]]',
];
const NUMBERS = [0, 1, -1, 2, 7, 100, 65_535, 2 ** 31, 2 ** 53, -(2 ** 53), 1.5, 1e300];
const WRONG: readonly unknown[] = [null, true, -1, '', [], {}, [[]], { a: { b: {} } }, 'x'.repeat(3000)];
const BROKEN = ['', '{', '[]', 'null', '"x"', '{"a":1,}', '\u0000', 'a=b', '{"__proto__":{"x":1}}'];
