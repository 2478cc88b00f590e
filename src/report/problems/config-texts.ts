import type {
  ConfigProblems,
  ConfigWarnings,
  DeclarationFault,
  Diagnostic,
  ParameterFault,
  UnusedSetting,
} from '../../model/problems/config-problems.ts';
import { fileFailure, fileHint } from './file-texts.ts';
import type { HostParams, Text, Texts } from './texts.ts';

/** A warning carries its rule as its code. */
export function diagnosticText({ said, advice, parameter }: Diagnostic): Text {
  if (!parameter) return { message: said, hint: advice };
  const variable = `config.vars.${parameter.name}`;
  return {
    message: said,
    hint:
      parameter.loopback === null
        ? `Change ${variable}, which this value comes from: ${advice}`
        : `Set ${variable} to ${parameter.loopback} if only this host sends, or restrict access with a firewall`,
  };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  bool: 'true or false',
  list: 'a list of plain values',
  map: 'a map of plain values',
  url: 'an http or https URL',
  address: 'an address with a port',
  duration: 'a duration',
  size: 'a size',
  path: 'an absolute path',
  paths: 'a list of absolute paths',
  name: 'a name of letters, digits and _',
};

/** What a template's parameter of a type takes: "an http or https URL". */
export const parameterType = (type: string): string => TYPES[type] ?? type;

const didYouMean = (meant: string): string => `Did you mean ${meant}?`;

/** What is wrong with a value of a template's parameter. */
export function parameterFault(parameter: string, fault: ParameterFault): Text {
  const { given, meaning } = fault;
  if (fault.kind === 'type')
    return {
      message: `${parameter} must be ${parameterType(fault.type)}, not ${given}`,
      hint: `Write e.g. ${fault.example}. ${meaning}`.replace(/\.$/, ''),
    };
  return {
    message: `${parameter} must be ${fault.list ? 'some' : 'one'} of ${fault.choices.join(', ')}, not ${given}`,
    hint: fault.meant ? didYouMean(fault.meant) : `Use one of them. ${meaning}`.replace(/\.$/, ''),
  };
}

/** Whoever has other YAML beside a template never meant it as declarations. */
const declared = (template: string | undefined, message: string, hint: string): Text => ({
  message,
  hint: template
    ? `${hint}, or rename the file if it does not declare the parameters of ${template}`
    : hint,
});

type InFile<F> = F & { readonly template?: string };
type DeclarationTexts = {
  readonly [R in DeclarationFault['reason']]: (
    params: InFile<Extract<DeclarationFault, { reason: R }>>,
  ) => Text;
};

const declarationTexts: DeclarationTexts = {
  yaml: ({ template, said }) => declared(template, said, 'Fix the YAML here'),
  'unknown-key': ({ template, parameter, key, meant, known }) =>
    declared(
      template,
      `${parameter === null ? '' : `${parameter}: `}unknown key "${key}"`,
      meant ? `Write ${meant}` : `Use only ${known.join(', ')}`,
    ),
  'no-summary': ({ template }) =>
    declared(template, 'the template has no summary', 'Add summary: with one sentence'),
  'unknown-type': ({ template, parameter, types }) =>
    declared(
      template,
      `${parameter} has no valid type`,
      `Write type: with one of ${types.join(', ')}`,
    ),
  'parameter-name': ({ template, parameter }) =>
    declared(
      template,
      `"${parameter}" is not a valid parameter name`,
      'Use letters, digits and _; host is reserved',
    ),
  'no-meaning': ({ template, parameter }) =>
    declared(template, `${parameter} has no meaning`, 'Add meaning: with one sentence'),
  'undeclared-parameter': ({ template, parameter, field, other }) =>
    declared(
      template,
      `${parameter}: ${field} names ${other}, which is not declared`,
      `Declare it, or remove ${field}:`,
    ),
  default: ({ template, parameter, fault }) => {
    const { message, hint } = parameterFault(parameter, fault);
    return declared(template, `the default of ${message}`, hint);
  },
};

const PLACES = {
  string: 'inside quotes',
  'raw-string': 'inside backticks',
  comment: 'in a comment',
  label: 'in a block label',
  name: 'in a name',
  raw: 'as raw text',
} as const;

export const configTexts: Texts<ConfigProblems> = {
  'config.syntax': {
    diagnostic: diagnosticText,
    'liquid-template': () => ({
      message: 'this is a Liquid template, which is not Alloy until it is rendered for a host',
      hint: 'Set it as config.template, then run alloyup validate or alloyup render HOST',
    }),
  },
  'config.check': {
    diagnostic: (diagnostic) => {
      const { message, hint } = diagnosticText(diagnostic);
      return { message: `${message} (${diagnostic.rule})`, hint };
    },
  },
  'template.syntax': {
    ...declarationTexts,
    'unknown-filter': ({ filter, meant }) => ({
      message: `there is no filter "${filter}"`,
      hint: meant ? didYouMean(meant) : 'Use one of those listed in docs/templates.md',
    }),
    'unknown-tag': ({ tag, meant, known }) => ({
      message: `there is no tag "${tag}"`,
      hint: meant ? didYouMean(meant) : `Use one of ${known.join(', ')}`,
    }),
    'stray-tag': ({ tag }) => ({
      message: `{% ${tag} %} closes nothing here`,
      hint: 'Check its opening tag, which is wrong or missing',
    }),
    'unclosed-output': () => ({
      message: 'the output "{{" is not closed',
      hint: 'End it with }}',
    }),
    'unclosed-tag': ({ tag }) => ({
      message: `the tag ${tag} is not closed`,
      hint: 'End it with %}',
    }),
    'unclosed-block': ({ tag }) => ({
      message: `the tag {% ${tag ?? '...'} %} is not closed`,
      hint: `Add {% end${tag ?? '...'} %}`,
    }),
    'trailing-text': () => ({
      message: 'the condition or value does not end where it should',
      hint: 'Compare with ==, combine with and / or, and put | before a filter',
    }),
    liquid: ({ said }) => ({
      message: said,
      hint: 'Fix the template here; docs/templates.md lists what is allowed',
    }),
  },
  'template.variable': {
    'no-value': ({ where }) => ({
      message: `there is no value to write ${PLACES[where]}`,
      hint: 'Set the variable, or test it with {% if %}',
    }),
    'misplaced-reference': ({ name, where }) => ({
      message: `${name} is an expression and cannot be written ${PLACES[where]}`,
      hint: 'Remove the quotes: {{ x | reference }} goes where a value goes',
    }),
    'misplaced-list': ({ where }) => ({
      message: `a list cannot be written ${PLACES[where]}`,
      hint: 'Write it without quotes, or join it: {{ x | join: "," }}',
    }),
    'misplaced-map': ({ where }) => ({
      message: `a map cannot be written ${PLACES[where]}`,
      hint: 'Write it without quotes, or name one of its keys: {{ x.key }}',
    }),
    'lone-surrogate': () => ({
      message: 'the value holds half of a character (a lone surrogate)',
      hint: 'Write the whole character: no file can hold this one',
    }),
    'not-a-value': () => ({
      message: 'the value is not of a type that Alloy has',
      hint: 'Use text, a number, a list or a map',
    }),
    'not-a-map': () => ({
      message: 'with_default takes a map',
      hint: 'Put the name of a map before the filter',
    }),
    'not-finite': ({ value }) => ({
      message: `${value} is not a number that Alloy can read`,
      hint: 'Use a finite number',
    }),
    'raw-string-character': ({ character }) => ({
      message: `the value holds ${character}, which is not allowed inside backticks`,
      hint: 'Use "..." there: values are escaped in it',
    }),
    'comment-character': ({ character }) => ({
      message: `the value holds ${character ?? 'characters that may end a comment'}`,
      hint: 'Remove it from the comment, or change the value',
    }),
    'not-an-identifier': ({ value, where }) => ({
      message: `"${value}" is not allowed ${PLACES[where]}: use only letters, digits and _, and no digit first`,
      hint: 'Turn it into an identifier: {{ x | identifier }}',
    }),
    'object-key': ({ key }) => ({
      message: `the key "${key}" is not allowed in an Alloy object`,
      hint: 'Use one or more printable characters other than " and \\',
    }),
    'not-a-reference': ({ value }) => ({
      message: `${value === null ? 'the value' : JSON.stringify(value)} is not the name of a component or constant`,
      hint: 'Write names with dots between them, such as "constants.hostname"',
    }),
    'leading-dot': ({ name }) => ({
      message: `"{{ .${name} }}" is not Liquid: variables have no leading dot`,
      hint: "Put Alloy's own braces between {% raw %} and {% endraw %}",
    }),
    'not-given': ({ name, meant, declared }) => ({
      message: `the variable "${name}" is not set`,
      hint: meant
        ? didYouMean(meant)
        : declared || name.includes('.')
          ? `Set ${name}, or test it first: {% if ${name} %}`
          : `Add ${name} to config.vars, or give it a default: {{ ${name} | default: "..." }}`,
    }),
    reserved: () => ({
      message:
        'the variable name host is reserved: templates read host.name, host.address and host.groups',
      hint: 'Give your variable another name',
    }),
    unused: ({ template, name, meant }) => ({
      message: `the template ${template} does not use the variable "${name}"`,
      hint: meant ? didYouMean(meant) : 'Remove it from config.vars, or use it in the template',
    }),
    undeclared: ({ name, meant }) => ({
      message: `the variable "${name}" is not declared`,
      hint: meant ? didYouMean(meant) : 'Declare it in the .yaml file beside the template',
    }),
    'unknown-parameter': ({ template, name, meant, known }) => ({
      message: `the template ${template} has no parameter "${name}"`,
      hint: meant
        ? didYouMean(meant)
        : known.length > 0
          ? `Remove it; the parameters are ${known.join(', ')}`
          : 'Remove it: the template has no parameters',
    }),
    required: ({ template, parameter, meaning, example, alternative, flag }) => ({
      message: `the template ${template} needs ${parameter}: ${meaning.replace(/\.$/, '')}`,
      hint: `${flag ? `Add --var ${parameter}=${example}` : `Add it to config.vars, e.g. ${parameter}: ${example}`}${alternative === null ? '' : `, or set ${alternative} instead`}`,
    }),
    'no-effect-beside': ({ parameter, other }) => ({
      message: `${parameter} has no effect when ${other} is set`,
      hint: 'Remove one of the two',
    }),
    'no-effect-without': ({ parameter, other }) => ({
      message: `${parameter} has no effect without ${other}`,
      hint: `Add ${other} to config.vars, or remove ${parameter}`,
    }),
    'no-effect-unless': ({ parameter, other, values }) => ({
      message: `${parameter} has no effect without ${values.join(' or ')} in ${other}`,
      hint: `Add ${values[0]} to ${other}, or remove ${parameter}`,
    }),
    value: ({ parameter, fault }) => parameterFault(parameter, fault),
  },
  'template.file': {
    'unknown-builtin': ({ name, meant, known }) => ({
      message: `there is no built-in template "${name}"`,
      hint: meant
        ? `Did you mean "${meant}"?`
        : `Use one of ${known.join(', ')}, or write a path: ./${name}.alloy`,
    }),
    unreadable: ({ path, failure }) => ({
      message: `the template ${path} ${fileFailure(failure)}`,
      hint: fileHint(failure),
    }),
    'unreadable-declarations': ({ path, failure }) => ({
      message: `${path}, which declares the parameters of a template, ${fileFailure(failure)}`,
      hint: fileHint(failure),
    }),
  },
};

export const configHostParams: HostParams<ConfigProblems> = {};

export const configWarnings: Texts<ConfigWarnings> = {
  'template.raw': {
    raw: ({ text }) => ({
      message: `raw writes ${JSON.stringify(text)} into the configuration without escaping`,
      hint: 'Remove "| raw": values are escaped for the place they are written to',
    }),
  },
  'environment.missing': {
    'not-set': ({ variable }) => ({
      message: `the configuration reads the environment variable ${variable}, which the service does not have: it reads as empty`,
      hint: `Add it to alloy.environment: ${variable}: { secret: env:${variable} }, or plain text; or give it a default: coalesce(sys.env("${variable}"), "...")`,
    }),
  },
  'file.unreadable': {
    'for-service': ({ path, mode, user, group }) => ({
      message: `the service cannot read ${path}: ${mode} ${user}:${group}`,
      hint: 'Write mode: "0640" and group: alloy',
    }),
  },
};

type UnusedTexts = {
  readonly [R in UnusedSetting['reason']]: (params: Extract<UnusedSetting, { reason: R }>) => Text;
};

/** Part of the texts of `inventory.unused`. */
export const unusedSettings: UnusedTexts = {
  variable: ({ variable }) => ({
    message: `no template of these hosts uses the variable "${variable}"`,
    hint: 'Fix its name, or remove it from config.vars',
  }),
  'tolerated-component': ({ component }) => ({
    message: `alloy.tolerate names the component "${component}", which the configuration does not have`,
    hint: 'Fix its name, or remove it from alloy.tolerate',
  }),
};
