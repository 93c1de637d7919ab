import type { Config } from '../../config/index.ts';
import { tlsOptions } from '../../runtime/listen-specs.ts';
import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
} from '../../sip-engine/index.ts';
import type { Finding } from './run-doctor.ts';

/** How many domains are named; the rest are counted. */
const MOST_NAMED = 20;

/** Tenants' SIP domains whose PBXes would be shown the default certificate, as the engine itself decides it. */
export async function checkCertificateGaps(
  config: Config,
  domains: () => Promise<readonly string[]>,
): Promise<readonly Finding[]> {
  const tls = tlsOptions(config);
  if (tls === undefined || config.engine.kind !== 'embedded') return [];
  const engine = createEngine(
    { listen: [], tls },
    {
      clock: createSystemClock(),
      random: createSystemRandom(),
      counters: createNullCounters(),
      logger: createNullLogger(),
    },
  );
  const bare = (await domains()).filter((domain) => !engine.hasCertificate(domain));
  await engine.close();
  if (bare.length === 0) return [];
  const more = bare.length > MOST_NAMED ? ` and ${bare.length - MOST_NAMED} more` : '';
  return [
    {
      check: 'certificate',
      level: 'warning',
      text: `none of their own for the SIP domains ${bare.slice(0, MOST_NAMED).join(', ')}${more}`,
      remedy: 'Put one into sip.tls_cert_dir: PBXes that verify it refuse to connect by TLS with the default one.',
    },
  ];
}
