import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { EVENT_NAMES, EVENTS, envelopeOf } from '../../tenancy/index.ts';
import { ERROR_SHAPE } from '../shapes.ts';

/** The OpenAPI 3.1 document is made of the very schemas that check requests. Register before the routes. */
export async function installOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'DIDfarm API', version, description: 'Trunks, numbers, routing, calls and money of a tenant.' },
      servers: [{ url: '/', description: 'this server' }],
      security: [{ bearer: [] }],
      webhooks: describeWebhooks(),
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'df_live_… or df_test_…' } },
      },
    },
    hideUntagged: true,
  });
}

/** What is sent to the endpoints of an account; docs/webhooks.md says how. */
function describeWebhooks() {
  const described = EVENT_NAMES.map((event) => {
    const content = { 'application/json': { schema: envelopeOf(event) as object } };
    const post = {
      summary: EVENTS[event].description,
      requestBody: { required: true, content },
      responses: { '200': { description: 'Any 2xx within 10 seconds is a delivery.' } },
    };
    return [event, { post }] as const;
  });
  return Object.fromEntries(described);
}

/** The statuses that any authenticated route may answer with, for its `response` schema. */
export const FAULTS = {
  401: ERROR_SHAPE,
  403: ERROR_SHAPE,
  404: ERROR_SHAPE,
  422: ERROR_SHAPE,
  429: ERROR_SHAPE,
  500: ERROR_SHAPE,
};
