import { API_ERRORS } from '../errors.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { type OpenApi, type Operation, operationsOf } from './open-api.ts';
import { typeText } from './type-text.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
pre{overflow:auto;padding:.8rem;background:#8881;border-radius:.4rem;font-size:.85rem}
summary{cursor:pointer;padding:.3rem 0}summary code{font-weight:600}details{border-top:1px solid #8884}
nav a{margin-right:1rem}h2{margin-top:2.5rem}h3{font-size:1rem;margin-bottom:0}
:target{outline:2px solid;outline-offset:.3rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}
a{color:inherit}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}`;

const ERROR_COLUMNS = ['Code', 'Status', 'Meaning', 'Remedy'];

/** The API reference for people: the OpenAPI document as one page that loads nothing from anywhere. */
export function renderReference(document: OpenApi): string {
  const byTag = Map.groupBy(operationsOf(document), (operation) => operation.tag);
  const tags = [...byTag.keys()].sort();
  const sections = tags.map((tag) => {
    const calls = (byTag.get(tag) ?? []).map(operationHtml).join('\n');
    return `<h2 id="${anchor(tag)}">${escapeHtml(tag)}</h2>\n${calls}`;
  });
  const links = tags.map((tag) => `<a href="#${anchor(tag)}">${escapeHtml(tag)}</a>`);
  const title = `${escapeHtml(document.info.title)} ${escapeHtml(document.info.version)}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
<p>Every call takes <code>Authorization: Bearer df_live_…</code> and answers JSON. For programs:
<a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Parts of the API">${links.join(' ')} <a href="#errors">Errors</a></nav>
${sections.join('\n')}
<h2 id="errors">Errors</h2>
<pre>${escapeHtml('{ "error": { "code": "…", "message": "…", "status": 422, "remedy": "…", "fields": [{ "field": "…", "problem": "…" }] } }')}</pre>
<table><tr>${ERROR_COLUMNS.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>${errorRows()}</table>
</main></body></html>
`;
}

function operationHtml(operation: Operation): string {
  const parts = [
    ['Path', operation.params],
    ['Query', operation.query],
    ['Body', operation.body],
    [`Answer ${operation.status}`, operation.response],
  ] as const;
  const shapes = parts.map(([title, schema]) =>
    schema === undefined ? '' : `<h3>${title}</h3><pre>${escapeHtml(typeText(schema))}</pre>`,
  );
  return `<details id="${anchor(`${operation.method} ${operation.path}`)}"><summary><code>${operation.method} ${escapeHtml(operation.path)}</code>
${escapeHtml(operation.summary)}</summary><p>${escapeHtml(operation.description)}</p>
<pre>${escapeHtml(curlText(operation))}</pre>${shapes.join('')}</details>`;
}

function curlText({ method, path, body }: Operation): string {
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const data = body === undefined ? '' : " -d '{…}'";
  return `curl${verb} $HOST${path} -H "Authorization: Bearer $TOKEN"${data}`;
}

function errorRows(): string {
  return Object.entries(API_ERRORS)
    .map(([code, { status, message, remedy }]) => [code, String(status), message, remedy].map(cell).join(''))
    .map((cells) => `<tr>${cells}</tr>`)
    .join('');
}

function cell(text: string): string {
  return `<td>${escapeHtml(text)}</td>`;
}

function anchor(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
