/** The `|`-separated first line of every control message. */

export interface PeerMeta {
  readonly source: 'network' | 'application';
  readonly bytes: number;
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly time: string;
}

/** Where a request outside a dialog came in; the flow id goes only to in-process apps. */
export interface ReceivedOn {
  readonly address: string;
  readonly port: number;
  readonly flowId: string;
}

/** `HH:MM:SS.uuuuuu` in UTC, from milliseconds since the epoch. */
export function formatTime(wallMs: number): string {
  const whole = Math.floor(wallMs);
  const micros = Math.floor((wallMs - whole) * 1000);
  return `${new Date(whole).toISOString().slice(11, 23)}${String(micros).padStart(3, '0')}`;
}

/** Text that may stand as one token: no separator, no line end, no NUL. */
export function token(text: string): string {
  return /[|\r\n\0]/.test(text) ? text.replace(/[|\r\n\0]/g, ' ') : text;
}

/** True when the text can go on a lead line as it is. */
export function isTokenSafe(text: string): boolean {
  return !/[|\r\n\0]/.test(text);
}

/** Lead line of a SIP message on its way to an app. */
export function sipLine(
  id: string,
  meta: PeerMeta,
  transactionId: string,
  dialogId: string,
  received?: ReceivedOn,
): string {
  const end = received === undefined ? '' : `${received.address}|${received.port}|${received.flowId}`;
  return `${id}|sip|${metaTokens(meta)}|${transactionId}|${token(dialogId)}|${end}`;
}

/** Answer to a request that an app asked to send. */
export function requestEchoLine(id: string, messageId: string, meta: PeerMeta, transactionId: string): string {
  return `${id}|response|${messageId}|OK|${metaTokens(meta)}|${transactionId}|Msg sent:|`;
}

/** Answer to a response that an app asked to send. */
export function responseEchoLine(
  id: string,
  messageId: string,
  meta: PeerMeta,
  transactionId: string,
  dialogId: string,
): string {
  return `${id}|response|${messageId}|OK|${metaTokens(meta)}|${transactionId}|${token(dialogId)}||Msg sent:|`;
}

/** One target's final response to a proxied request; the app's request stays open. */
export function continueLine(id: string, messageId: string, meta: PeerMeta): string {
  return `${id}|response|${messageId}|OK|${metaTokens(meta)}|||continue`;
}

/** `OK`, `NO` or `NOK` with plain tokens. */
export function answerLine(id: string, messageId: string, word: 'OK' | 'NO' | 'NOK', ...more: string[]): string {
  const rest = more.map((text) => `|${readable(text)}`).join('');
  return `${id}|response|${token(messageId)}|${word}${rest}`;
}

/** A token of text that may quote what the application has written. */
function readable(text: string): string {
  return token(text).replace(/\p{Cc}/gu, ' ');
}

function metaTokens(meta: PeerMeta): string {
  return `${meta.source}|${meta.bytes}|${meta.protocol}|${meta.address}|${meta.port}|${meta.time}`;
}
