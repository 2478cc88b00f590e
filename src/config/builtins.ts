import linuxHost from '../../templates/linux-host.alloy';
import linuxHostYaml from '../../templates/linux-host.yaml';
import minimal from '../../templates/minimal.alloy';
import minimalYaml from '../../templates/minimal.yaml';
import otlpGateway from '../../templates/otlp-gateway.alloy';
import otlpGatewayYaml from '../../templates/otlp-gateway.yaml';
import selfMonitoring from '../../templates/self-monitoring.alloy';
import selfMonitoringYaml from '../../templates/self-monitoring.yaml';
import { memo } from '../model/memo.ts';
import { type Declarations, declarationsOf } from './declarations.ts';
import { withPartParameters, withParts } from './parts.ts';
import type { Template } from './template-model.ts';

const TEXTS = {
  minimal: [minimal, minimalYaml],
  'linux-host': [linuxHost, linuxHostYaml],
  'otlp-gateway': [otlpGateway, otlpGatewayYaml],
  'self-monitoring': [selfMonitoring, selfMonitoringYaml],
} as const;

export type BuiltinTemplate = Template & Declarations;

export type BuiltinName = keyof typeof TEXTS;

/** Names of the built-in templates, the simplest first. */
export const BUILTIN_NAMES = Object.keys(TEXTS) as readonly BuiltinName[];

export const isBuiltin = (name: string): name is BuiltinName => Object.hasOwn(TEXTS, name);

/** A built-in template with its summary and parameters; read on first use. */
export const builtinTemplate = memo((name: BuiltinName) =>
  declaredTemplate(name, `templates/${name}`, TEXTS[name]),
);

/** @param path of both files, without their endings */
export function declaredTemplate(
  name: string,
  path: string,
  [text, yaml]: readonly [string, unknown],
): BuiltinTemplate {
  const { parameters, ...about } = yaml as {
    readonly parameters: Readonly<Record<string, unknown>>;
  };
  const whole = { ...about, parameters: withPartParameters(parameters) };
  const declared = declarationsOf(whole, (at, { reason }) => {
    // a test reads all of them, so this is a bug and not wrong input
    throw new Error(`${path}.yaml: ${at.join('.')}: ${reason}`);
  });
  return { name, file: `${path}.alloy`, text: withParts(text), ...declared };
}
