import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';

/** An address and port to listen on. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface NamedCertificate {
  readonly name: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** The options of `didfarm engine`, read. */
export interface EngineArguments {
  readonly sip?: readonly Endpoint[];
  readonly sipTls?: readonly Endpoint[];
  readonly sipWs?: readonly Endpoint[];
  readonly sipWss?: readonly Endpoint[];
  readonly external?: string;
  readonly localNet?: readonly string[];
  readonly ownName?: readonly string[];
  readonly app: Endpoint;
  readonly appTls?: Endpoint;
  readonly secret: string;
  readonly httpHandler?: readonly { readonly method: string; readonly url: string }[];
  readonly httpMethod: 'GET' | 'POST';
  readonly appCa?: string;
  readonly orphan: 'keep' | 'bye';
  readonly cdrs?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsDomain?: readonly NamedCertificate[];
  readonly tlsCa?: string;
  readonly tlsClientCertificates: 'none' | 'request' | 'require';
  readonly minTlsVersion: '1.2' | '1.3';
  readonly t1?: number;
  readonly t2?: number;
  readonly t4?: number;
  readonly timerC?: number;
  readonly mtu?: number;
  readonly outboundProxy?: string;
  readonly userAgent?: string;
  readonly alwaysSend180?: boolean;
  readonly sessionRefresher: 'none' | 'uac' | 'uas';
  readonly disableNatDetection?: boolean;
  readonly aggressiveNatDetection?: boolean;
  readonly mergedRequests: '482' | 'deliver';
  readonly maxConsecutiveTimeouts?: number;
  readonly answerOptions?: boolean;
  readonly userAgentOptionsAutoRespond?: string;
  readonly rejectRegisterWithNoRealm?: boolean;
  readonly spammer?: readonly { readonly header: 'user-agent' | 'from' | 'to'; readonly text: string }[];
  readonly spammerAction: 'reject' | 'discard';
  readonly logLevel: string;
}

/** Log lines go to stderr; stdout has the one line that says where the engine listens. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** 64*T1 of a minute are an hour. */
const MAX_T_MS = 60_000;
const MAX_TIMER_C_MS = 24 * 3_600_000;
const MAX_DATAGRAM_BYTES = 65_507;
const MAX_TIMEOUTS = 1_000_000;

type AddOptions = (command: Command) => Command;

/** The sections of `didfarm engine --help`, in their order. */
const SECTIONS: readonly (readonly [heading: string, add: AddOptions])[] = [
  ['Where SIP is spoken:', listenOptions],
  ['Applications:', appOptions],
  ['TLS:', tlsOptions],
  ['SIP behaviour:', sipOptions],
  ['What the engine answers itself:', answerOptions],
];

/** Reads the command line. @throws CommanderError when it is wrong, or asks for help; it has been printed then. */
export function readEngineArguments(argv: readonly string[]): EngineArguments {
  const command = new Command('didfarm engine')
    .description(
      'The SIP engine alone: a server for any drachtio application. It stays in the foreground until SIGTERM or SIGINT.',
    )
    .usage('--sip IP:PORT --app IP:PORT --secret SECRET [options]')
    .exitOverride();
  for (const [heading, add] of SECTIONS) add(command.optionsGroup(heading));
  command
    .optionsGroup('Other:')
    .addOption(new Option('--log-level <level>', 'JSON lines on stderr').choices(LEVELS).default('warn'))
    .helpOption('-h, --help', 'this text');
  const options = command.parse(argv, { from: 'user' }).opts<EngineArguments>();
  if ([options.sip, options.sipTls, options.sipWs, options.sipWss].every((endpoints) => endpoints === undefined)) {
    command.error('error: one of --sip, --sip-tls, --sip-ws and --sip-wss is needed');
  }
  // Applications send it as one token of a line, `authenticate|secret`; the message does not repeat it.
  if (!/^[^|\r\n]+$/.test(options.secret)) {
    command.error('error: --secret must not be empty, nor hold "|" or a line end');
  }
  return options;
}

function listenOptions(command: Command): Command {
  return command
    .option('--sip <ip:port>', 'UDP and TCP on exactly this address; may be repeated', many(readEndpoint))
    .option('--sip-tls <ip:port>', 'TLS; may be repeated', many(readEndpoint))
    .option('--sip-ws <ip:port>', 'WebSocket; may be repeated', many(readEndpoint))
    .option('--sip-wss <ip:port>', 'WebSocket inside TLS; may be repeated', many(readEndpoint))
    .option('--external <host>', 'address told to peers instead of the bound one', readHost)
    .option('--local-net <cidr>', 'network whose peers are told the bound address; may be repeated', many(text))
    .option('--own-name <name>', 'name that means this engine; may be repeated', many(text));
}

function appOptions(command: Command): Command {
  return command
    .requiredOption('--app <ip:port>', 'where applications connect', readEndpoint)
    .option('--app-tls <ip:port>', 'where applications connect over TLS', readEndpoint)
    .addOption(
      new Option('--secret <secret>', 'what applications authenticate with')
        .env('DRACHTIO_SECRET')
        .makeOptionMandatory(),
    )
    .option(
      '--http-handler <[method=]url>',
      'ask this service about new requests, or connect to tcp://host:port or tls://host:port; may be repeated',
      many(readHandler),
    )
    .addOption(new Option('--http-method <verb>', 'how the service is asked').choices(['GET', 'POST']).default('GET'))
    .option('--app-ca <file>', 'authorities for the certificates of applications connected to (PEM; else unchecked)')
    .addOption(
      new Option('--orphan <how>', 'calls of an application that went').choices(['keep', 'bye']).default('keep'),
    )
    .option('--cdrs', 'send cdr:attempt, cdr:start and cdr:stop to applications that ask for them');
}

function tlsOptions(command: Command): Command {
  return command
    .option('--tls-cert <file>', 'certificate chain for --sip-tls, --sip-wss and --app-tls (PEM)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--tls-domain <name,cert,key>', 'another certificate for a SIP domain; may be repeated', many(readDomain))
    .option('--tls-ca <file>', 'authorities that vouch for peers (PEM; else the usual ones)')
    .addOption(
      new Option('--tls-client-certificates <how>', 'mutual TLS')
        .choices(['none', 'request', 'require'])
        .default('none'),
    )
    .addOption(new Option('--min-tls-version <version>', 'oldest TLS spoken').choices(['1.2', '1.3']).default('1.2'));
}

function sipOptions(command: Command): Command {
  return command
    .option('--t1 <ms>', 'timer T1 (500)', number(10, MAX_T_MS))
    .option('--t2 <ms>', 'timer T2 (4000, or 8 x T1)', number(10, MAX_T_MS))
    .option('--t4 <ms>', 'timer T4 (5000, or 10 x T1)', number(10, MAX_T_MS))
    .option('--timer-c <ms>', 'longest ringing of a proxied call (185000)', number(1000, MAX_TIMER_C_MS))
    .option(
      '--mtu <bytes>',
      'larger datagrams are counted; the transport is never switched (1300)',
      number(500, MAX_DATAGRAM_BYTES),
    )
    .option('--outbound-proxy <uri>', 'where new requests go that nothing else leads elsewhere')
    .option('--user-agent <text>', 'Server and User-Agent of what the engine makes itself')
    .option('--always-send-180', '180 Ringing to every INVITE before its application has spoken')
    .addOption(
      new Option('--session-refresher <who>', 'session timer where the caller leaves it open (RFC 4028)')
        .choices(['none', 'uac', 'uas'])
        .default('none'),
    )
    .option('--disable-nat-detection', 'take every Contact as it is')
    .option('--aggressive-nat-detection', 'believe nat=yes in Record-Route as well')
    .addOption(
      new Option('--merged-requests <how>', 'a request that comes over a second path')
        .choices(['482', 'deliver'])
        .default('482'),
    )
    .option(
      '--max-consecutive-timeouts <n>',
      'close a connection after so many unanswered requests',
      number(1, MAX_TIMEOUTS),
    );
}

function answerOptions(command: Command): Command {
  return command
    .option('--answer-options', '200 to OPTIONS that no application asked for (else 503)')
    .option('--user-agent-options-auto-respond <agent>', '200 to OPTIONS with exactly this User-Agent')
    .option('--reject-register-with-no-realm', '403 to REGISTER for an IPv4 address instead of a domain')
    .option(
      '--spammer <header=text>',
      'spam by part of User-Agent, or of the user in From or To; may be repeated',
      many(readSpammer),
    )
    .addOption(
      new Option('--spammer-action <how>', '603 Decline, or no answer')
        .choices(['reject', 'discard'])
        .default('reject'),
    );
}

function many<Value>(read: (argument: string) => Value) {
  return (argument: string, before: readonly Value[] | undefined): readonly Value[] => [
    ...(before ?? []),
    read(argument),
  ];
}

function text(argument: string): string {
  return argument;
}

/** `127.0.0.1:5060`, `[::1]:5060`; port 0 takes a free one. */
function readEndpoint(argument: string): Endpoint {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(argument);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (isIP(host) === 0 || port > 65_535) throw new InvalidArgumentError('expected IP:PORT, e.g. 127.0.0.1:5060');
  return { host, port };
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;

/** An address or a name, without a port. */
function readHost(argument: string): string {
  if (isIP(argument) === 0 && !HOST_NAME.test(argument)) {
    throw new InvalidArgumentError('expected an address or a host name, e.g. 203.0.113.9');
  }
  return argument;
}

/** `http://…` for every method, `invite=http://…` for one. */
function readHandler(argument: string): { readonly method: string; readonly url: string } {
  const [, method = '*', url = ''] = /^(?:([A-Za-z*]+)=)?((?:https?|tcp|tls):\/\/\S+)$/.exec(argument) ?? [];
  const isApp = /^(?:tcp|tls):/i.test(url);
  if (!URL.canParse(url) || (isApp && new URL(url).port === '')) {
    throw new InvalidArgumentError(
      'expected [METHOD=]URL with http, https, tcp or tls, e.g. invite=http://10.0.0.9/calls',
    );
  }
  return { method, url };
}

function readDomain(argument: string): NamedCertificate {
  const [name = '', certFile = '', keyFile = '', ...more] = argument.split(',');
  if (name === '' || certFile === '' || keyFile === '' || more.length > 0) {
    throw new InvalidArgumentError('expected NAME,CERT,KEY, e.g. sip.example.com,sip.pem,sip.key');
  }
  return { name, certFile, keyFile };
}

function readSpammer(argument: string): { readonly header: 'user-agent' | 'from' | 'to'; readonly text: string } {
  const match = /^(user-agent|from|to)=(.+)$/is.exec(argument);
  const header = match?.[1]?.toLowerCase();
  if (match === null || (header !== 'user-agent' && header !== 'from' && header !== 'to')) {
    throw new InvalidArgumentError('expected HEADER=TEXT with User-Agent, From or To, e.g. User-Agent=sipcli');
  }
  return { header, text: match[2] ?? '' };
}

function number(least: number, most: number) {
  return (argument: string): number => {
    const value = Number(argument);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number, ${least} to ${most}`);
    }
    return value;
  };
}
