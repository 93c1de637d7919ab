import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { nearest } from '../../config/index.ts';
import { ApiError, type FieldFault, sentence } from '../errors.ts';

export interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
}

/** Compiles a route's schema; faults come out as one `ApiError` that names every field. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  // At the first request: a start does not wait for the schemas of all routes.
  let compiled: ReturnType<typeof Compile> | undefined;
  return (given: unknown) => {
    compiled ??= Compile(schema);
    const value = httpPart === 'body' ? (given ?? {}) : Value.Convert(schema, given);
    if (compiled.Check(value)) return { value };
    return { error: validationError(schema, value, compiled.Errors(value) as readonly SchemaFault[]) };
  };
};

/** The refusal for a set of schema faults; `unknown_field` when that is all that is wrong. */
export function validationError(schema: TSchema, value: unknown, faults: readonly SchemaFault[]): ApiError {
  const unknown = faults.flatMap((fault) => unknownFields(schema, fault));
  const unknownPaths = new Set(unknown.map((fault) => fault.field));
  const wrong = wrongFields(value, faults).filter((fault) => !unknownPaths.has(fault.field));
  const fields = [...wrong, ...unknown];
  const message = sentence(fields.map((fault) => `${fault.field}: ${fault.problem}`).join('; '));
  return new ApiError(wrong.length > 0 ? 'validation_failed' : 'unknown_field', message, { fields });
}

/** Each extra field is a fault of its own; what names all of them comes after the last, which may never be looked for. */
function unknownFields(schema: TSchema, { keyword, instancePath }: SchemaFault): FieldFault[] {
  if (keyword !== 'boolean') return [];
  const at = instancePath.lastIndexOf('/');
  const known = knownNames(schema, instancePath.slice(0, at));
  const problem = `there is no such field${nearest(instancePath.slice(at + 1), known)}`;
  return [{ field: fieldName(instancePath), problem }];
}

function knownNames(schema: TSchema, path: string): readonly string[] {
  let at: Record<string, unknown> | undefined = schema as Record<string, unknown>;
  for (const part of path.split('/').slice(1)) {
    const properties = at?.properties as Record<string, Record<string, unknown>> | undefined;
    at = /^\d+$/.test(part) ? (at?.items as Record<string, unknown> | undefined) : properties?.[part];
  }
  return Object.keys((at?.properties as object | undefined) ?? {});
}

function wrongFields(value: unknown, faults: readonly SchemaFault[]): FieldFault[] {
  const byPath = new Map<string, string[]>();
  for (const fault of faults) {
    if (fault.keyword === 'additionalProperties' || fault.keyword === 'boolean' || fault.keyword === 'anyOf') continue;
    for (const [path, problem] of problemsOf(fault)) {
      const problems = byPath.get(path) ?? [];
      if (!problems.includes(problem)) problems.push(problem);
      byPath.set(path, problems);
    }
  }
  return [...byPath].map(([path, problems]) => ({
    field: fieldName(path),
    problem: `${problems.join(' or ')}${sawText(value, path)}`,
  }));
}

function problemsOf(fault: SchemaFault): readonly (readonly [path: string, problem: string])[] {
  const params = fault.params as Record<string, unknown>;
  const at = (problem: string) => [[fault.instancePath, problem] as const];
  switch (fault.keyword) {
    case 'required':
      return (params.requiredProperties as readonly string[]).map((name) => [
        `${fault.instancePath}/${name}`,
        'is required',
      ]);
    case 'type':
      return at(`must be ${article(String(params.type))}`);
    case 'const':
      return at(`must be ${JSON.stringify(params.allowedValue)}`);
    case 'enum':
      return at(`must be one of ${(params.allowedValues as readonly unknown[]).join(', ')}`);
    case 'minLength':
      return at(`must have at least ${params.limit} character${params.limit === 1 ? '' : 's'}`);
    case 'maxLength':
      return at(`must have at most ${params.limit} characters`);
    case 'minItems':
      return at(`must have at least ${params.limit} entr${params.limit === 1 ? 'y' : 'ies'}`);
    case 'maxItems':
      return at(`must have at most ${params.limit} entries`);
    case 'minimum':
      return at(`must be at least ${params.limit}`);
    case 'maximum':
      return at(`must be at most ${params.limit}`);
    case 'pattern':
      return at('has characters or a form that is not allowed');
    default:
      return at(`is not valid (${fault.keyword})`);
  }
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function sawText(value: unknown, path: string): string {
  let at = value;
  for (const part of path.split('/').slice(1)) at = (at as Record<string, unknown> | undefined)?.[part];
  if (at === undefined || typeof at === 'object') return '';
  const text = JSON.stringify(at);
  return text.length > 60 ? '' : `, got ${text}`;
}

/** `/items/0/number` as people write it: `items[0].number`; the whole is `body`. */
function fieldName(path: string): string {
  if (path === '') return 'body';
  return path
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.');
}
