import type { CarrierRecord } from '../../bus/index.ts';
import type { CallContext, RouteOption } from '../call-context.ts';
import { carrierOption } from './carrier-routes.ts';

/** The ways out to an E.164 number, the best first: carriers that take it and are in their hours. */
export function outOptions(context: CallContext, number: string): readonly RouteOption[] {
  const open = (carrier: CarrierRecord) => context.openHours.isOpen(carrier.routing?.hours, context.atMs);
  return toOptions(context, carriersFor(context, number).filter(open), number);
}

/** F-114: every carrier there is, whatever its hours; those that list the number come first. */
export function helpOptions(context: CallContext, number: string): readonly RouteOption[] {
  const listed = carriersFor(context, number);
  const others = context.directory.carriers().filter((carrier) => carrier.enabled && !listed.includes(carrier));
  return toOptions(context, [...listed, ...others], number).map(({ rate: _, ...option }) => option);
}

function carriersFor(context: CallContext, number: string): readonly CarrierRecord[] {
  const rank = (carrierId: number) => context.carrierQuality.rank(carrierId);
  return context.carrierRoutes.find(context.directory.carriers(), number, rank);
}

function toOptions(context: CallContext, carriers: readonly CarrierRecord[], number: string): readonly RouteOption[] {
  const { effects, gatewayHealth, carrierNodes } = context;
  return carriers
    .map((carrier) =>
      carrierOption(carrier, number, {
        random: () => effects.random(),
        isOpen: (label) => gatewayHealth.isOpen(label),
        node: carrierNodes.nodeOf(carrier.id),
      }),
    )
    .filter((option) => option.legs.length > 0);
}
