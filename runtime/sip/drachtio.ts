import type { AuthService } from '../../auth/index.ts';
import type { ListeningAddress } from '../../bus/index.ts';
import type { Config, EngineConfig } from '../../config/index.ts';
import { bindDrachtio, createOptionsHandler, type Registrar } from '../../registrar/index.ts';
import type { MessageRouter } from '../../routing/index.ts';
import type { EngineStats } from '../../sip-engine/index.ts';
import type { Logger } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import { StartError } from '../start-error.ts';
import type { Signalling } from './signalling.ts';
import type { SignallingApp } from './srf.ts';

/** A drachtio-server that has not answered in this time is taken for absent. */
const CONNECT_LIMIT_MS = 5000;

interface Parts {
  readonly config: Config;
  readonly directory: Directory;
  readonly auth: AuthService;
  readonly registrar: Registrar;
  readonly messages: MessageRouter;
  readonly app: SignallingApp;
  readonly logger: Logger;
}

type Server = EngineConfig & { kind: 'drachtio' };

/** Joins registrar and app to a drachtio-server that runs beside us; it owns the SIP sockets. */
export function joinDrachtio(server: Server, parts: Parts): Signalling {
  const { config, directory, auth, registrar, messages, app, logger } = parts;
  app.register(bindDrachtio((request) => registrar.handle(request)));
  app.options(bindDrachtio(createOptionsHandler({ directory, auth, registrar, scanners: config.sip.scanners })));
  app.message((req, res) => bindDrachtio((request) => messages.handle(request, Buffer.from(req.body ?? '')))(req, res));
  return {
    start: () => connect(server, app, logger),
    // Transactions and dialogs live in drachtio-server, which has metrics of its own.
    stats: NO_STATS,
    close: async () => app.disconnect(),
  };
}

const NO_STATS: EngineStats = {
  transactions: { ict: 0, nict: 0, ist: 0, nist: 0 },
  dialogs: 0,
  connections: 0,
  apps: 1,
  routes: 0,
};

function connect(
  { host, port, secret }: Server,
  app: SignallingApp,
  logger: Logger,
): Promise<readonly ListeningAddress[]> {
  const place = `drachtio-server at ${host}:${port}`;
  return new Promise((resolve, reject) => {
    let isUp = false;
    const refuse = (why: string) => {
      if (isUp) logger.error({ why }, `${place} is lost; reconnecting`);
      else reject(new StartError(`${place} ${why}: check DRACHTIO_HOST, DRACHTIO_PORT and DRACHTIO_SECRET`));
    };
    const timer = setTimeout(() => refuse('did not answer in time'), CONNECT_LIMIT_MS);
    app.on('error', (error) => refuse(`cannot be reached (${(error as NodeJS.ErrnoException).code ?? error.message})`));
    app.on('connect', (error, hostports) => {
      if (error !== null && error !== undefined) return refuse(`refuses us (${error.message})`);
      if (isUp) logger.info({ hostports }, `${place} is back`);
      isUp = true;
      clearTimeout(timer);
      resolve(parseHostports(hostports));
    });
    app.connect({ host, port, secret });
  });
}

/** `udp/10.0.0.5:5060,tcp/10.0.0.5:5060` as drachtio-server tells it. */
function parseHostports(hostports: string): ListeningAddress[] {
  return hostports.split(',').flatMap((text) => {
    const parts = /^(\w+)\/(.+):(\d+)$/.exec(text.trim());
    return parts === null ? [] : [{ transport: parts[1] ?? '', host: parts[2] ?? '', port: Number(parts[3]) }];
  });
}
