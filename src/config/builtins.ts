import linuxHost from '../../templates/linux-host.alloy';
import linuxHostYaml from '../../templates/linux-host.yaml';
import minimal from '../../templates/minimal.alloy';
import minimalYaml from '../../templates/minimal.yaml';
import otlpGateway from '../../templates/otlp-gateway.alloy';
import otlpGatewayYaml from '../../templates/otlp-gateway.yaml';
import selfMonitoring from '../../templates/self-monitoring.alloy';
import selfMonitoringYaml from '../../templates/self-monitoring.yaml';
import { type Declarations, declarationsOf } from './declarations.ts';
import type { Template } from './template-model.ts';

const TEXTS = {
  minimal: [minimal, minimalYaml],
  'linux-host': [linuxHost, linuxHostYaml],
  'otlp-gateway': [otlpGateway, otlpGatewayYaml],
  'self-monitoring': [selfMonitoring, selfMonitoringYaml],
} as const;

export type BuiltinName = keyof typeof TEXTS;

/** Names of the templates that come with alloyup, the simplest first. */
export const BUILTIN_NAMES = Object.keys(TEXTS) as readonly BuiltinName[];

export const isBuiltin = (name: string): name is BuiltinName => Object.hasOwn(TEXTS, name);

const read = new Map<BuiltinName, Template & Declarations>();

/** A template that comes with alloyup, its summary and parameters; read when first asked for. */
export function builtinTemplate(name: BuiltinName): Template & Declarations {
  const known = read.get(name);
  if (known) return known;

  const [text, written] = TEXTS[name];
  const declared = declarationsOf(written, (path, message) => {
    // a test reads all of them, so this is a bug and no wrong input
    throw new Error(`templates/${name}.yaml: ${path.join('.')}: ${message}`);
  });
  const template = { name, file: `templates/${name}.alloy`, text, ...declared };
  read.set(name, template);
  return template;
}
