import { tryUri } from '../dialog/index.ts';
import { type AppAddress, readAppAddress } from './app-address.ts';
import { readTimeout, targetOf } from './proxy-command.ts';
import type { ProxyCommand } from './types.ts';

/** What a lookup has decided about one request. */
export type LookupAction =
  | { readonly kind: 'reject'; readonly status: number; readonly reason: string | undefined }
  | { readonly kind: 'redirect'; readonly contacts: readonly string[] }
  | { readonly kind: 'proxy'; readonly command: ProxyCommand }
  | { readonly kind: 'connect'; readonly address: AppAddress }
  /** Any connected application that gave that tag and asked for the method. */
  | { readonly kind: 'tag'; readonly tag: string };

type Fields = Readonly<Record<string, unknown>>;

const ACTIONS: ReadonlyMap<unknown, (data: Fields) => LookupAction | undefined> = new Map<
  unknown,
  (data: Fields) => LookupAction | undefined
>([
  ['reject', readReject],
  ['redirect', readRedirect],
  ['proxy', readProxy],
  ['route', readRoute],
]);

/** `{"action": …, "data": {…}}`; `undefined` when it is anything else. */
export function readLookupAnswer(text: string): LookupAction | undefined {
  const answer = fieldsOf(parseJson(text));
  const data = fieldsOf(answer?.data);
  return data === undefined ? undefined : ACTIONS.get(answer?.action)?.(data);
}

function readReject({ status, reason }: Fields): LookupAction | undefined {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 300 || status > 699) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what would end the status line is no reason
  const phrase = typeof reason === 'string' && !/[\x00-\x1f\x7f]/.test(reason) ? reason : undefined;
  return { kind: 'reject', status, reason: phrase === '' ? undefined : phrase };
}

function readRedirect({ contact }: Fields): LookupAction | undefined {
  const contacts = stringsOf(contact);
  return contacts?.every((uri) => tryUri(uri) !== undefined) === true ? { kind: 'redirect', contacts } : undefined;
}

function readProxy(data: Fields): LookupAction | undefined {
  const targets = stringsOf(data.destination)?.map(targetOf);
  if (targets?.every((uri) => tryUri(uri) !== undefined) !== true) return undefined;
  const command: ProxyCommand = {
    remainInDialog: data.recordRoute === true,
    fullResponse: false,
    followRedirects: data.followRedirects !== false,
    simultaneous: data.simultaneous === true,
    provisionalTimeoutMs: timeoutOf(data.provisionalTimeout, '5s'),
    finalTimeoutMs: timeoutOf(data.finalTimeout, '60s'),
    targets,
    headers: [],
  };
  return { kind: 'proxy', command };
}

function readRoute({ uri, tag }: Fields): LookupAction | undefined {
  if (typeof tag === 'string' && tag !== '') return { kind: 'tag', tag };
  const address = typeof uri === 'string' ? readAppAddress(uri) : undefined;
  return address === undefined ? undefined : { kind: 'connect', address };
}

function timeoutOf(value: unknown, fallback: string): number {
  return readTimeout(typeof value === 'string' ? value : fallback);
}

/** A text, or a list of texts that is not empty. */
function stringsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((one): one is string => typeof one === 'string' && one !== '');
  return list.length > 0 && texts.length === list.length ? texts : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
