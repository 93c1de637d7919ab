/** A next hop as an app writes it: the URI for the wire, and the flow it must take, if it names one. */
export interface FlowUri {
  readonly uri: string;
  /** Id of a flow; it beats every other rule of routing. */
  readonly flowId: string | undefined;
}

const FLOW_PARAMETER = /;flow=([^;?>\s]*)/i;

/**
 * Takes the `;flow=<id, percent-encoded>` parameter out of a route URI: "send on exactly this connection".
 *
 * `sip:pbx@10.0.0.9;flow=tcp%2F17;lr` gives `sip:pbx@10.0.0.9;lr` and `tcp/17`.
 */
export function takeFlowParameter(uri: string): FlowUri {
  const found = FLOW_PARAMETER.exec(uri);
  if (found === null) return { uri, flowId: undefined };
  const without = uri.slice(0, found.index) + uri.slice(found.index + found[0].length);
  return { uri: without, flowId: decode(found[1] ?? '') };
}

/** Puts a flow id into a route URI; the other direction of `takeFlowParameter`. */
export function withFlowParameter(uri: string, flowId: string): string {
  const at = uri.search(/[?>]/);
  const end = at === -1 ? uri.length : at;
  return `${uri.slice(0, end)};flow=${encodeURIComponent(flowId)}${uri.slice(end)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A broken escape names no flow: the request fails instead of going elsewhere.
    return text;
  }
}
