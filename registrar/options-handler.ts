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

interface Answer {
  readonly status: number;
  readonly lines: readonly string[];
}

const EXTENSIONS: readonly string[] = ['path', 'outbound', '100rel', 'timer'];

const OK: Answer = {
  status: 200,
  lines: [
    'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, INFO, PRACK, UPDATE, REFER, NOTIFY, MESSAGE',
    'Accept: application/sdp',
    `Supported: ${EXTENSIONS.join(', ')}`,
  ],
};

/**
 * OPTIONS outside a dialog (RFC 3261 section 11.2): 200 without a challenge for carriers, IP trunks, sources of
 * bindings, and whoever asks for a domain that is served here; others, scanners above all, get nothing (P10).
 */
export function createOptionsHandler(options: OptionsHandlerOptions): (request: InboundRequest) => Answer | undefined {
  const scanners = options.scanners.filter((text) => text !== '').map((text) => text.toLowerCase());
  return (request) => {
    if (isKnown(options, request.sourceAddress)) return answerTo(request);
    if (isScanner(scanners, request.header('user-agent') ?? '')) return undefined;
    const host = parseSipUri(request.uri)?.host ?? '';
    const isNamed = options.directory.findRealm(host) !== undefined;
    // A PBX that is being set up asks before it registers; a limit keeps this from being an amplifier.
    const isAnswered = isNamed && options.auth.limits.countSource(request.sourceAddress) === 0;
    return isAnswered ? answerTo(request) : undefined;
  };
}

/** RFC 3261 8.2.2.3: what is required and not understood is named; only tokens may be echoed. */
function answerTo(request: InboundRequest): Answer {
  const unknown = request
    .headerLines('require')
    .flatMap((line) => line.split(','))
    .map((option) => option.trim())
    .filter((option) => /^[\w.!%*+`'~-]+$/.test(option) && !EXTENSIONS.includes(option.toLowerCase()));
  return unknown.length === 0 ? OK : { status: 420, lines: [`Unsupported: ${unknown.join(', ')}`] };
}

function isKnown(options: OptionsHandlerOptions, address: string): boolean {
  return options.registrar.hasBindingFrom(address) || options.auth.bans.isTrusted(address);
}
