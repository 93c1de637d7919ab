import { computeResponse, type InboundRequest, inboundRequest } from '../../auth/index.ts';
import type { DigestAlgorithm, RegisterFailure, TrunkRecord } from '../../bus/index.ts';
import type { AuthConfig, RegistrationConfig } from '../../config/index.ts';
import { createRegistration, type RegisterOutcome, type RegistrarDirectory } from '../../registrar/index.ts';
import type { Reason, Result, TraceLine } from '../../telemetry/index.ts';

export interface RegisterWorld {
  readonly directory: RegistrarDirectory;
  readonly auth: AuthConfig;
  readonly registration: RegistrationConfig;
  /** Realm of REGISTERs to an address instead of a domain. @default none */
  readonly defaultRealm?: string | undefined;
  /** Epoch milliseconds. */
  nowMs(): number;
}

/** A REGISTER that is only thought of: who sends it, and whether it knows the password. */
export interface ImaginedRegister {
  readonly username: string;
  readonly realm: string;
  /** Whose password it knows; `undefined`: none. */
  readonly knows: TrunkRecord | undefined;
  readonly source: string;
}

export interface RegisterSimulation {
  readonly result: Result;
  readonly reason: Reason;
  readonly status: number;
  readonly sentence: string;
  readonly remedy: string;
  readonly steps: readonly TraceLine[];
}

/** A PBX that registers at a registrar that knows nobody yet: the challenge, and the answer to it. */
export function simulateRegister(world: RegisterWorld, register: ImaginedRegister): RegisterSimulation {
  const failures: RegisterFailure[] = [];
  const { registrar } = createRegistration({
    directory: world.directory,
    engine: undefined,
    registration: world.registration,
    auth: {
      config: world.auth,
      nonceSecret: 'the nonces of a simulated REGISTER are seen by nobody',
      startEpoch: 1,
      rateLimits: false,
      defaultRealm: world.defaultRealm,
      ownNames: [],
      scanners: [],
      emitBan: () => undefined,
    },
    events: {
      binding: () => undefined,
      trunkState: () => undefined,
      registerFailure: (failure) => failures.push(failure),
      count: () => undefined,
    },
    nowMs: () => world.nowMs(),
    random: () => 0,
  });
  const first = registrar.handle(requestOf(register, 1));
  const last =
    first.reason === 'challenged' ? registrar.handle(requestOf(register, 2, answerTo(first, register))) : first;
  const failure = failures.at(-1);
  return {
    result: last.result,
    reason: last.reason,
    status: last.status,
    sentence: failure?.sentence ?? '',
    remedy: failure?.remedy ?? '',
    steps: failure?.trace ?? [],
  };
}

function requestOf(
  { username, realm, source }: ImaginedRegister,
  cseq: number,
  authorization?: string,
): InboundRequest {
  const aor = `<sip:${encodeURIComponent(username)}@${realm}>`;
  return inboundRequest({
    uri: `sip:${realm}`,
    sourceAddress: source,
    flowId: '',
    callId: 'simulated',
    cseq,
    branch: `z9hG4bKsimulated${cseq}`,
    headers: {
      from: `${aor};tag=1`,
      to: aor,
      contact: `<sip:${encodeURIComponent(username)}@${source.includes(':') ? `[${source}]` : source}:5060>`,
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
}

/** The Authorization of who knows the password, or of who guesses (RFC 7616 section 3.4). */
function answerTo({ lines }: RegisterOutcome, { username, realm, knows }: ImaginedRegister): string {
  const challenge = lines.find((line) => /^www-authenticate:/i.test(line)) ?? '';
  const quoted = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const algorithm = (/algorithm=([A-Z0-9-]+)/.exec(challenge)?.[1] ?? 'MD5') as DigestAlgorithm;
  const nonce = quoted('nonce');
  const parts = { nonce, uri: `sip:${realm}`, qop: 'auth', nc: '00000001', cnonce: 'f00dcafe' };
  const response = computeResponse(algorithm, knows?.ha1[algorithm] ?? 'a guess', 'REGISTER', parts);
  return `Digest username="${username}", realm="${quoted('realm')}", nonce="${nonce}", uri="${parts.uri}", response="${response}", algorithm=${algorithm}, qop=auth, nc=${parts.nc}, cnonce="${parts.cnonce}"`;
}
