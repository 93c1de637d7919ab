import type { SipStats } from '../ports.ts';
import { escapeHtml } from './escape-html.ts';

/** The page at `/`: what runs here and whether it listens. Nothing secret, nothing of a tenant. */
export function renderStatusPage(version: string, domain: string, stats: SipStats | undefined): string {
  const listening = stats?.listening ?? [];
  const rows: readonly (readonly [string, string])[] = [
    ['Version', version],
    ['SIP domain', domain],
    ['SIP listens on', listening.length === 0 ? 'nothing yet' : listening.join(', ')],
    ['Trunks registered', stats === undefined ? 'unknown' : String(stats.trunksRegistered)],
    ['Calls up', stats === undefined ? 'unknown' : String(stats.callsActive)],
  ];
  const cells = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>didfarm</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}
h2{font-size:1.1rem;margin-top:2rem}th,td{text-align:left;padding:.2rem 1.5rem .2rem 0;vertical-align:top}a{color:inherit}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head>
<body><main><h1>didfarm</h1><p>Multi-tenant SIP trunking server.</p>
<table>${cells.join('')}</table>
<h2>A PBX is not registered?</h2>
<p>What it sent, what was expected and what to do: <code>npx didfarm registrations list</code> on the server, or
<a href="/api/v1#get-api-v1-registrations">GET /api/v1/registrations</a> with an API key.</p>
<p>REST API under <a href="/api/v1">/api/v1</a>, health at <a href="/healthz">/healthz</a>.</p>
</main></body></html>
`;
}
