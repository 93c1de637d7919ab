import type { RegisterCommand } from './command.ts';
import { addResource } from './resource.ts';

interface Carrier {
  readonly id: number;
  readonly name: string;
  readonly enabled: boolean;
  readonly sources: readonly string[];
  readonly gateways: readonly { readonly host: string; readonly port: number; readonly transport: string }[];
}

/** `didfarm carriers list|show`. */
export const registerCarriers: RegisterCommand = (program, context) => {
  addResource<Carrier>(program, context, {
    name: 'carriers',
    description: 'upstream peers',
    path: '/carriers',
    columns: [
      { title: 'id', value: (carrier) => carrier.id, align: 'right' },
      { title: 'name', value: (carrier) => carrier.name },
      { title: 'enabled', value: (carrier) => (carrier.enabled ? 'yes' : 'no') },
      { title: 'calls from', value: (carrier) => carrier.sources.join(' ') },
      { title: 'calls go to', value: (carrier) => carrier.gateways.map(gatewayText).join(' ') },
    ],
  });
};

function gatewayText(gateway: Carrier['gateways'][number]): string {
  return `${gateway.transport}:${gateway.host}:${gateway.port}`;
}
