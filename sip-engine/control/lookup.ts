import { type Incoming, tryUri, uriOf } from '../dialog/index.ts';
import { type Hub, SERVER_VERSION } from './hub.ts';
import { type LookupAction, readLookupAnswer } from './lookup-answer.ts';

/** From the question to the last byte of the answer. */
const LOOKUP_MS = 3_000;

/** Longer answers are none. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Asks an HTTP service what shall become of a new request; `undefined` when it gives no answer of use.
 * `closing` ends the question early.
 */
export async function askLookup(
  hub: Hub,
  url: string,
  incoming: Incoming,
  closing: AbortSignal,
): Promise<LookupAction | undefined> {
  const { wheel, ports, options } = hub.deps;
  const aborter = new AbortController();
  const timer = wheel.after(LOOKUP_MS, () => aborter.abort());
  const method = options.outboundApps?.httpMethod ?? 'GET';
  try {
    const response = await fetch(lookupUrl(url, incoming), {
      method,
      signal: AbortSignal.any([aborter.signal, closing]),
      headers: {
        'User-Agent': `Drachtio/${SERVER_VERSION}`,
        Accept: 'application/json',
        ...(method === 'POST' ? { 'Content-Type': 'text/plain; charset=UTF-8' } : {}),
      },
      ...(method === 'POST' ? { body: new Uint8Array(incoming.message.raw) } : {}),
    });
    const text = await textOf(response);
    const action = response.ok ? readLookupAnswer(text) : undefined;
    if (action === undefined) ports.logger.warn({ url, status: response.status }, 'a lookup gave no usable answer');
    return action;
  } catch (error) {
    ports.logger.warn({ url, err: error }, 'a lookup failed');
    return undefined;
  } finally {
    timer.cancel();
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The question: what decides where a request goes, and each parameter of its Request-URI. */
function lookupUrl(base: string, { message, flow }: Incoming): string {
  const uri = tryUri(message.uri);
  const pairs: (readonly [string, string])[] = [
    ['method', message.method],
    ['domain', uri?.host ?? ''],
    ['protocol', flow.transport],
    ['source_address', flow.remoteAddress],
    ['fromUser', userOf(message.header('from'))],
    ['toUser', userOf(message.header('to'))],
    ['uriUser', uri?.user ?? ''],
    ['contentType', message.header('content-type') ?? ''],
    ['uri', message.uri],
    ...(uri === undefined ? [] : [...uri.params].map(([name, value]) => [name, value ?? ''] as const)),
  ];
  const [path = '', query] = base.split('?', 2);
  const asked = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return `${path.endsWith('/') ? path : `${path}/`}?${query === undefined ? '' : `${query}&`}${asked}`;
}

function userOf(header: string | undefined): string {
  const uri = header === undefined ? undefined : uriOf(header);
  return (uri === undefined ? undefined : tryUri(uri)?.user) ?? '';
}

/** Escapes in small letters, as services written for drachtio-server may compare them. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}
