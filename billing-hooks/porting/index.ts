export { decidePort, type PortDecision } from './decide-port.ts';
export { type PortingRequest, submitPort } from './submit-port.ts';
export { askAboutPort, cancelPort, workOnPorts } from './work-on-ports.ts';
