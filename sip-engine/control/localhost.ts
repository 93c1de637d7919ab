import { parseNameAddr, splitValues } from '../message/index.ts';

/** Of nearly all addresses one letter tells, and the expression, which looks at every one of them, is not asked. */
export function namesLocalhost(value: string): boolean {
  const host = value.indexOf('@') + 1;
  const mayBe = (value.charCodeAt(host) | LOWER_CASE) === LETTER_L || value.includes('@', host);
  return mayBe && /@localhost/i.test(value);
}

const LETTER_L = 0x6c;
const LOWER_CASE = 0x20;
const LOCALHOST = /@localhost(?::\d+)?(?=[;?>,\s]|$)/gi;

/**
 * `@localhost` in an address header becomes our own host and port, always in angle brackets. A Contact
 * also names the connection's transport when it is not UDP.
 */
export function replaceLocalhost(value: string, hostPort: string, transport?: string): string {
  if (!namesLocalhost(value)) return value;
  return splitValues(value)
    .map((one) => replaceOne(one, hostPort, transport))
    .join(', ');
}

function replaceOne(value: string, hostPort: string, transport: string | undefined): string {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open);
  const semicolon = value.indexOf(';');
  const [before, uri, after] =
    open >= 0 && close > open
      ? [value.slice(0, open), value.slice(open + 1, close), value.slice(close + 1)]
      : semicolon >= 0
        ? ['', value.slice(0, semicolon), value.slice(semicolon)]
        : ['', value, ''];
  let local = uri.trim().replace(LOCALHOST, `@${hostPort}`);
  if (local === uri.trim()) return value;
  if (transport !== undefined && !/;\s*transport=/i.test(local)) local += `;transport=${transport}`;
  return `${before}<${local}>${after}`;
}

/** An address with its header parameters outside angle brackets is given brackets; anything else is left alone. */
export function bracketed(value: string): string {
  if (value.includes('<')) return value;
  try {
    const address = parseNameAddr(value);
    const rest = value.slice(value.indexOf(address.uri) + address.uri.length);
    return `<${address.uri}>${rest}`;
  } catch {
    return value;
  }
}
