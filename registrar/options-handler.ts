import { type AuthService, type InboundRequest, isScanner, parseSipUri } from '../auth/index.ts';
import type { RegistrarDirectory } from './options.ts';
import type { Registrar } from './registrar.ts';

export interface OptionsHandlerOptions {
  readonly directory: RegistrarDirectory;
  readonly auth: AuthService;
  readonly registrar: Registrar;
  /** Substrings of User-Agent that get no answer at all. */
  readonly scanners: readonly string[];
}

const OK_LINES = [
  'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE',
  'Accept: application/sdp',
  'Supported: path, outbound, 100rel, timer, replaces',
] as const;

/**
 * OPTIONS outside a dialog (RFC 3261 section 11.2): 200 without a challenge for carriers, IP trunks, sources of
 * bindings, and whoever asks for a domain that is served here; others, scanners above all, get nothing (P10).
 */
export function createOptionsHandler(
  options: OptionsHandlerOptions,
): (request: InboundRequest) => { readonly status: number; readonly lines: readonly string[] } | undefined {
  const scanners = options.scanners.filter((text) => text !== '').map((text) => text.toLowerCase());
  return (request) => {
    if (isKnown(options, request.sourceAddress)) return { status: 200, lines: OK_LINES };
    if (isScanner(scanners, request.header('user-agent') ?? '')) return undefined;
    const host = parseSipUri(request.uri)?.host ?? '';
    const isNamed = options.directory.findRealm(host) !== undefined;
    // A PBX that is being set up asks before it registers; a limit keeps this from being an amplifier.
    const isAnswered = isNamed && options.auth.limits.countSource(request.sourceAddress) === 0;
    return isAnswered ? { status: 200, lines: OK_LINES } : undefined;
  };
}

function isKnown(options: OptionsHandlerOptions, address: string): boolean {
  return options.registrar.hasBindingFrom(address) || options.auth.bans.isTrusted(address);
}
