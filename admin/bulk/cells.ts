import type { TObject, TSchema } from 'typebox';

interface Shape {
  readonly type?: string;
  readonly anyOf?: readonly Shape[];
}

/**
 * The cells of a line as the API's JSON would have them, by the schema of the row. An empty cell says nothing, `null`
 * clears; what cannot be read as the schema's type stays text, which the schema then refuses in words.
 */
export function readCells(schema: TObject, cells: Readonly<Record<string, string>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === '') continue;
    const property: TSchema | undefined = schema.properties[column];
    values[column] = property === undefined ? cell : readCell(property as Shape, cell);
  }
  return values;
}

function readCell(shape: Shape, cell: string): unknown {
  const types = typesOf(shape);
  if (cell === 'null' && types.includes('null')) return null;
  if (types.includes('array')) return cell.split(/[\s;,]+/).filter((part) => part !== '');
  if (types.includes('boolean'))
    return /^(true|yes|1)$/i.test(cell) ? true : /^(false|no|0)$/i.test(cell) ? false : cell;
  if (types.includes('integer') && /^-?\d{1,15}$/.test(cell)) return Number(cell);
  return cell;
}

function typesOf(shape: Shape): readonly string[] {
  return shape.anyOf === undefined ? [shape.type ?? 'string'] : shape.anyOf.flatMap(typesOf);
}
