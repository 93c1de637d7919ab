import type { Answer, Row } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { withChannel } from '../context.ts';
import { renderFields } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { addResource } from './resource.ts';

type Carrier = Row<'GET /carriers'>;

type Registration = Answer<'GET /carriers/{id}/registration'>;

/** `didfarm carriers list|show|registration`. */
export const registerCarriers: RegisterCommand = (program, context) => {
  const carriers = addResource<Carrier>(program, context, {
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
  carriers
    .command('registration')
    .argument('<id>', 'integer id or uuid')
    .description('how we register at a carrier, and how that stands')
    .option(...JSON_OPTION)
    .action(async (id: string, options: JsonOption) => {
      const path = `/carriers/${encodeURIComponent(id)}/registration`;
      const { data } = await withChannel(context, (channel) => call<{ data: Registration }>(channel, 'GET', path));
      show(context, options, data, () => {
        const { live, ...configured } = data;
        return renderFields({ ...configured, ...(live ?? { state: 'not running' }) });
      });
    });
};

function gatewayText(gateway: Carrier['gateways'][number]): string {
  return `${gateway.transport}:${gateway.host}:${gateway.port}`;
}
