import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { BulkResource } from '../bulk/bulk-resource.ts';
import { csvHeader, renderCsv } from '../bulk/csv.ts';
import { BULK_RESOURCES } from '../bulk/resources.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Visible } from '../store-port.ts';

/** Rows read at a time: an export of 100,000 holds none of them for long. */
const SLICE = 500;

/** All rows of a kind as a file that `POST /bulk/…` takes again; there are no passwords in it. */
export function installExports(define: DefineRoute, deps: AdminDeps): void {
  for (const resource of Object.values(BULK_RESOURCES)) {
    define({
      method: 'GET',
      url: `/exports/${resource.name}`,
      tag: 'Bulk',
      summary: `Every one of the ${resource.name}, as CSV that spreadsheets may open, or as JSON`,
      scope: resource.readScope,
      query: Type.Object(
        { format: Type.Optional(Type.Enum(['csv', 'json'], { description: 'Default csv.' })) },
        { additionalProperties: false },
      ),
      response: Type.Unknown({ description: 'A CSV file, or {"rows": […]}.' }),
      handler: async ({ principal, query, reply }) => {
        const format = query.format ?? 'csv';
        reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8');
        reply.header('content-disposition', `attachment; filename="${resource.name}.${format}"`);
        const parts = format === 'csv' ? csvParts : jsonParts;
        return Readable.from(parts(deps, resource, principal.visible));
      },
    });
  }
}

async function* slices(deps: AdminDeps, resource: BulkResource, visible: Visible) {
  for (let afterId = 0; ; ) {
    const rows = await resource.read(deps, visible, { afterId, offset: 0, limit: SLICE });
    yield rows.map((row) => Object.fromEntries(resource.columns.map((column) => [column, row[column] ?? null])));
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < SLICE) return;
    afterId = last.id;
  }
}

async function* csvParts(deps: AdminDeps, resource: BulkResource, visible: Visible) {
  yield csvHeader(resource.columns);
  for await (const rows of slices(deps, resource, visible)) yield renderCsv(resource.columns, rows);
}

async function* jsonParts(deps: AdminDeps, resource: BulkResource, visible: Visible) {
  let separator = '{"rows":[';
  for await (const rows of slices(deps, resource, visible)) {
    for (const row of rows) {
      yield separator + JSON.stringify(row);
      separator = ',\n';
    }
  }
  yield separator === ',\n' ? ']}\n' : '{"rows":[]}\n';
}
