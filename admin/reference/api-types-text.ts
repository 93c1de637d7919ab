import { type OpenApi, type Operation, operationsOf } from './open-api.ts';
import { namedSets, typeText } from './type-text.ts';

const HEAD = `// biome-ignore-all lint/style/noExcessiveLinesPerFile: made by a program
// biome-ignore-all format: made by a program
// Made of the OpenAPI document by "npm run docs"; not to be edited.

`;

const INTRO = `/** Every call of the REST API under \`/api/v1\`: what it takes and what it answers. */
export interface ApiOperations {
`;

/** The client types: sets that have a name, and one interface, a member an operation. */
export function apiTypesText(document: OpenApi): string {
  const operations = operationsOf(document);
  return `${HEAD}${setsText(operations)}${INTRO}${operations.map(memberText).join('\n')}\n}\n`;
}

function setsText(operations: readonly Operation[]): string {
  const schemas = operations.flatMap(({ query = {}, body = {}, response }) => [query, body, response]);
  const sets = new Map(schemas.flatMap(namedSets));
  return [...sets].map(([name, text]) => `export type ${name} =${text};\n\n`).join('');
}

function memberText(operation: Operation): string {
  const parts = Object.entries({ params: operation.params, query: operation.query, body: operation.body });
  const lines = parts.map(([name, schema]) => `    readonly ${name}: ${schema ? typeText(schema, 2) : 'undefined'};`);
  const path = operation.path.replace(/^\/api\/v1/, '');
  return [
    `  /** ${operation.summary}. ${operation.description} */`,
    `  readonly '${operation.method} ${path}': {`,
    ...lines,
    `    readonly status: ${operation.status};`,
    `    readonly response: ${typeText(operation.response, 2)};`,
    '  };',
  ].join('\n');
}
