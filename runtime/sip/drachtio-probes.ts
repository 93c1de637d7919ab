import type { RegistrarEngine, SendProbe } from '../../registrar/index.ts';
import type { SrfRequests } from '../../routing/index.ts';

/** drachtio-server tries for 32 s; who has not answered by then is silent all the same. */
const DEFAULT_LIMIT_MS = 4000;

/**
 * Probes by way of drachtio-server: an OPTIONS to the address that registered. It tells nothing of connections, so
 * nothing else of an engine is there.
 */
export function drachtioProbes(app: SrfRequests): RegistrarEngine {
  return { send: (request, done) => send(app, request, done) };
}

function send(app: SrfRequests, ...[request, done]: Parameters<SendProbe>): void {
  const { method, uri, routeUri, timeoutMs = DEFAULT_LIMIT_MS } = request;
  const sentAtMs = performance.now();
  let isOver = false;
  const end = (result: Parameters<typeof done>[0]) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    done(result);
  };
  const timer = setTimeout(() => end({ kind: 'timeout' }), timeoutMs);
  timer.unref();
  // Without a control connection srf throws.
  try {
    const headers = Object.fromEntries(request.headers ?? []);
    app.request(uri, { method, proxy: routeUri ?? uri, headers }, (error, sent) => {
      if (sent === undefined) return end({ kind: 'failed', reason: String(error) });
      sent.on('response', (response) => {
        if (response.status < 200) return;
        // Without a source drachtio-server made the answer itself: nobody was reached.
        if (!response.source_address) return end({ kind: 'timeout' });
        end({ kind: 'response', status: response.status, rttMs: performance.now() - sentAtMs });
      });
    });
  } catch (error) {
    end({ kind: 'failed', reason: String(error) });
  }
}
