import type {
  EngineOptions,
  EngineTlsOptions,
  ListenSpec,
  OutboundAppsOptions,
  TransportName,
} from '../sip-engine/index.ts';
import type { Endpoint, EngineArguments } from './engine-arguments.ts';

/** What the engine is made with. @throws Error when options need others that are missing, or exclude each other. */
export function engineOptions(options: EngineArguments): EngineOptions {
  const tls = tlsOf(options);
  if (options.disableNatDetection === true && options.aggressiveNatDetection === true) {
    throw new Error('--disable-nat-detection and --aggressive-nat-detection exclude each other');
  }
  return {
    ...given({
      localNetworks: options.localNet,
      ownNames: options.ownName,
      udpMtuBytes: options.mtu,
      outboundProxy: options.outboundProxy === undefined ? undefined : asUri(options.outboundProxy),
      agent: options.userAgent,
      maxConsecutiveTimeouts: options.maxConsecutiveTimeouts,
      answerOptionsOf: options.userAgentOptionsAutoRespond,
      tls,
      outboundApps: options.httpHandler === undefined ? undefined : outboundApps(options, options.httpHandler),
    }),
    listen: listenSpecs(options),
    timers: given({ t1Ms: options.t1, t2Ms: options.t2, t4Ms: options.t4, cMs: options.timerC }),
    orphan: options.orphan,
    cdrs: options.cdrs === true,
    mergedRequests: options.mergedRequests,
    alwaysRinging: options.alwaysSend180 === true,
    sessionRefresher: options.sessionRefresher,
    natDetection: natDetection(options),
    answerOptions: options.answerOptions === true,
    refuseRegisterWithoutDomain: options.rejectRegisterWithNoRealm === true,
    ...(options.spammer === undefined ? {} : { unwanted: { action: options.spammerAction, texts: options.spammer } }),
  };
}

/** The certificate of the application port. */
export function appCertificate({ tlsCert, tlsKey }: EngineArguments) {
  return tlsCert === undefined || tlsKey === undefined ? undefined : { certFile: tlsCert, keyFile: tlsKey };
}

function listenSpecs(options: EngineArguments): ListenSpec[] {
  const external = given({ externalHost: options.external });
  const on = (transport: TransportName, endpoints: readonly Endpoint[] = []): ListenSpec[] =>
    endpoints.map((endpoint) => ({ transport, ...endpoint, ...external }));
  return [
    ...on('udp', options.sip),
    ...on('tcp', options.sip),
    ...on('tls', options.sipTls),
    ...on('ws', options.sipWs),
    ...on('wss', options.sipWss),
  ];
}

function tlsOf(options: EngineArguments): EngineTlsOptions | undefined {
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    throw new Error('--tls-cert and --tls-key need each other');
  }
  const certificate = appCertificate(options);
  const needed = [options.sipTls, options.sipWss, options.appTls].some((endpoint) => endpoint !== undefined);
  if (needed && certificate === undefined) {
    throw new Error('--sip-tls, --sip-wss and --app-tls need --tls-cert and --tls-key');
  }
  if (certificate === undefined && (options.tlsDomain ?? options.tlsCa) !== undefined) {
    throw new Error('--tls-domain and --tls-ca need --tls-cert and --tls-key');
  }
  if (certificate === undefined) return undefined;
  return {
    ...certificate,
    ...given({ domains: options.tlsDomain, caFile: options.tlsCa }),
    clientCertificates: options.tlsClientCertificates,
    minVersion: `TLSv${options.minTlsVersion}`,
  };
}

function natDetection(options: EngineArguments): 'off' | 'on' | 'aggressive' {
  if (options.disableNatDetection === true) return 'off';
  return options.aggressiveNatDetection === true ? 'aggressive' : 'on';
}

function outboundApps(
  { secret, httpMethod, appCa }: EngineArguments,
  handlers: NonNullable<EngineArguments['httpHandler']>,
): OutboundAppsOptions {
  return { secret, httpMethod, handlers, ...given({ caFile: appCa }) };
}

function asUri(text: string): string {
  return /^sips?:/i.test(text) ? text : `sip:${text}`;
}

/** Without what was not given: absent and undefined are two things to the engine. */
function given<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
