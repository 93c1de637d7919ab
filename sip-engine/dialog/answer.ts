import { OutgoingMessage } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { DialogContext } from './types.ts';

export type Header = readonly [name: string, value: string];

/** Answers without the application. */
export function answer(
  ctx: DialogContext,
  transaction: ServerTransaction,
  status: number,
  ...headers: readonly Header[]
): void {
  const response = OutgoingMessage.responseTo(transaction.request, status);
  if (ctx.options.agent !== undefined) response.set('Server', ctx.options.agent);
  for (const [name, value] of headers) response.set(name, value);
  transaction.respond(response);
}
