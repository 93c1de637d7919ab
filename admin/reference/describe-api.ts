import { openStore } from '../../tenancy/index.ts';
import { createAdminApp } from '../app.ts';
import type { AdminDeps } from '../deps.ts';
import { createAdminStore } from '../store/index.ts';
import { apiTypesText } from './api-types-text.ts';
import type { OpenApi } from './open-api.ts';

/** The OpenAPI document of the API and the client types that are made of it; without a server. */
export async function describeApi(): Promise<{ readonly document: OpenApi; readonly types: string }> {
  const store = await openStore({ file: ':memory:', secretKey: Buffer.alloc(32) });
  const deps: Partial<AdminDeps> = { channel: 'network', store: createAdminStore(store), version: '', nowMs: Date.now };
  const app = await createAdminApp(deps as AdminDeps);
  try {
    await app.ready();
    const document = app.swagger() as unknown as OpenApi;
    return { document, types: apiTypesText(document) };
  } finally {
    await app.close();
    await store.close();
  }
}
