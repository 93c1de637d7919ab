import { isValidPhoneNumber } from 'libphonenumber-js';
import { closedAddressIn } from '../../../config/index.ts';
import { parseSource } from '../../directory/index.ts';
import { invalid } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';

/** E.164: + and 4 to 15 digits. Whether the number is plausible is not asked: ranges open faster than libraries. */
export function checkE164(field: string, number: string): void {
  if (/^\+[1-9]\d{3,14}$/.test(number)) return;
  throw invalid(
    field,
    `"${number}" is not an international number; write + and the country code, for example +31201234567`,
  );
}

/** Whether a number is plausible in its country; a hint, never a refusal. */
export function isPlausibleNumber(number: string): boolean {
  return isValidPhoneNumber(number);
}

export function checkSources(field: string, sources: readonly string[]): void {
  for (const source of sources) {
    if (parseSource(source) === undefined) {
      throw invalid(field, `"${source}" is neither an address nor a range; write 198.51.100.7 or 198.51.100.0/24`);
    }
  }
}

export function checkTimezone(field: string, timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw invalid(field, `"${timezone}" is not a time zone; write one such as Europe/Amsterdam`);
  }
}

/** `host[:port][;transport=udp|tcp|tls]`, where calls to an IP trunk go. */
export function checkIpTarget(context: Pick<StoreContext, 'targets'>, target: string): void {
  const field = 'ip_target';
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?(?:;transport=(?:udp|tcp|tls))?$/.exec(target);
  const port = Number(match?.[2] ?? 5060);
  if (match !== null && port >= 1 && port <= 65535) {
    checkCallTarget(context, field, target);
    return;
  }
  throw invalid(field, `"${target}" is not an address to call; write host, host:port or host:port;transport=tcp`);
}

/**
 * A tenant's calls do not lead into the operator's network.
 * @param target a SIP URI or `host:port`
 */
export function checkCallTarget({ targets }: Pick<StoreContext, 'targets'>, field: string, target: string): void {
  const closed = closedAddressIn(target, targets);
  if (closed === undefined) return;
  throw invalid(field, `${closed} is not a public address (the operator allows more by DIDFARM_TARGET_ALLOW)`);
}

export function checkPassword(field: string, password: string): void {
  if (password.length < 12 || password.length > 128 || !/^[\x21-\x7e]+$/.test(password)) {
    throw invalid(
      field,
      'must have 12 to 128 printable ASCII characters without spaces; leave it out to have one made',
    );
  }
}

export function checkDomain(field: string, domain: string): void {
  if (/^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(domain)) return;
  throw invalid(field, `"${domain}" is not a host name; write it in lower case, for example sip.example.org`);
}
