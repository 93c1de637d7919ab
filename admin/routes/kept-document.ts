import { type TSchema, Type } from 'typebox';
import type { DefineRoute } from '../http/route.ts';
import type { Principal } from '../principal.ts';
import type { Scope } from '../scopes.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';

export interface KeptDocument<Row> {
  /** `/invoices`; the document is at `/:id` below it. */
  readonly url: string;
  readonly tag: string;
  readonly show: { readonly summary: string; readonly scope: Scope; readonly shape: TSchema };
  readonly file: {
    readonly path: string;
    readonly summary: string;
    readonly scope: Scope;
    readonly description: string;
  };
  find(principal: Principal, ref: string): Promise<Row>;
  view(row: Row): unknown;
  read(principal: Principal, row: Row): Promise<DocumentFile>;
}

export interface DocumentFile {
  readonly mediaType: string;
  readonly name: string;
  readonly content: Buffer;
}

/** A document that is shown as data and handed out as a file. */
export function defineKeptDocument<Row>(define: DefineRoute, document: KeptDocument<Row>): void {
  const { url, tag, show, file } = document;
  define({
    method: 'GET',
    url: `${url}/:id`,
    tag,
    summary: show.summary,
    scope: show.scope,
    params: ID_PARAMS,
    response: envelope(show.shape),
    handler: async ({ principal, params }) => ({ data: document.view(await document.find(principal, params.id)) }),
  });
  define({
    method: 'GET',
    url: `${url}/:id/${file.path}`,
    tag,
    summary: file.summary,
    scope: file.scope,
    params: ID_PARAMS,
    response: Type.Unknown({ description: file.description }),
    handler: async ({ principal, params, reply }) => {
      const { mediaType, name, content } = await document.read(principal, await document.find(principal, params.id));
      reply.type(mediaType);
      // Never shown within a page of ours, whatever is in it.
      reply.header('content-disposition', `attachment; filename="${name}"`);
      return content;
    },
  });
}
