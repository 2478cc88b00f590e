import type { Asker } from '../../model/asker.ts';
import type {
  ConfigProblems,
  DeclarationFault,
  Diagnostic,
  ParameterFault,
} from '../../model/problems/config-problems.ts';
import { table } from '../../model/table.ts';
import { fileFailure, fileHint } from './source-texts.ts';
import {
  didYouMean,
  quoted,
  type ReasonTexts,
  type Text,
  type Texts,
  text,
  textOfReason,
} from './texts.ts';

/** A warning carries its rule as its code. */
export function diagnosticText({ said, advice, parameter }: Diagnostic): Text {
  if (!parameter) return { message: said, hint: advice };
  const variable = `config.vars.${parameter.name}`;
  return parameter.loopback === null
    ? text`${said}
        Change ${variable}, which this value comes from: ${advice}`
    : text`${said}
        Set ${variable} to ${parameter.loopback} if only this host sends, or restrict access with a firewall`;
}

const TYPES = table<string>({
  string: 'text',
  number: 'a number',
  bool: 'true or false',
  list: 'a list of plain values',
  map: 'a map of plain values',
  labels: 'a map of plain values',
  url: 'an http or https URL',
  urls: 'a map of URLs',
  address: 'an address with a port',
  duration: 'a duration',
  size: 'a size',
  path: 'an absolute path',
  addresses: 'an address with a port, or a list of them',
  paths: 'an absolute path, or a list of them',
  regex: 'a regular expression of RE2',
  regexes: 'a list of regular expressions of RE2',
  field: 'the name of a field',
  fields: 'a list of names of fields',
  headers: 'a map of HTTP headers that are no secrets',
  label: 'the name of a label',
  switches: 'a list of words, or a map that switches them on and off',
  record: 'a map',
  entries: 'a map by name',
  name: 'a name of letters, digits and _',
});

/** What a template's parameter of a type takes: "an http or https URL". */
/** Fields of an entry are named with dots, and written inside of it. */
const whereOf = (parameter: string): string =>
  ['config.vars', ...parameter.split('.').slice(0, -1)].join('.');

export const parameterType = (type: string): string => TYPES[type] ?? type;

/** What is wrong with a value of a template's parameter. */
export function parameterFault(parameter: string, fault: ParameterFault): Text {
  const { given } = fault;
  if (fault.kind === 'entry')
    return fault.other === null
      ? text`${parameter} has an entry called ${quoted(given)}
          Call it by letters, digits, _, - and ., beginning with a letter`
      : text`the entries ${fault.other} and ${given} of ${parameter} are called the same in Alloy
          Rename one of the two: components have only letters, digits and _ in their names`;
  const meaning = fault.meaning.replace(/\.$/, '');
  if (fault.kind === 'scheme')
    return text`${parameter}: ${given}:// is none of ${fault.choices.map((one) => `${one}://`).join(', ')}
      Use one of them. ${meaning}`;
  if (fault.kind === 'type')
    return text`${parameter} must be ${parameterType(fault.type)}, not ${given}
      Write e.g. ${fault.example}. ${meaning}`;
  const { list, choices, meant } = fault;
  return text`${parameter} must be ${list ? 'some' : 'one'} of ${choices.join(', ')}, not ${given}
    ${didYouMean(meant, `Use one of them. ${meaning}`)}`;
}

const declarationTexts: ReasonTexts<DeclarationFault> = {
  yaml: ({ said }) => text`${said}
    Fix the YAML here`,
  'unknown-key': ({ parameter, key, meant, known }) => text`
    ${parameter === null ? '' : `${parameter}: `}unknown key "${key}"
    ${meant ? `Write ${meant}` : `Use only ${known.join(', ')}`}`,
  'no-summary': text`the template has no summary
    Add summary: with one sentence`,
  'no-text': text`setup is not text
    Write setup: with a list of sentences`,
  'unknown-type': ({ parameter, types }) => text`${parameter} has no valid type
    Write type: with one of ${types.join(', ')}`,
  'parameter-name': ({ parameter }) => text`"${parameter}" is not a valid parameter name
    Use letters, digits and _; host is reserved`,
  'no-meaning': ({ parameter }) => text`${parameter} has no meaning
    Add meaning: with one sentence`,
  'undeclared-parameter': ({ parameter, field, other }) => text`
    ${parameter}: ${field} names ${other}, which is not declared
    Declare it, or remove ${field}:`,
  'unknown-joint': ({ parameter, joint, joints }) => text`
    ${parameter}: there is nothing called "${joint}" to offer to fragments
    Write offers: with some of ${joints.join(', ')}`,
  default: ({ parameter, fault }) => {
    const { message, hint } = parameterFault(parameter, fault);
    return { message: `the default of ${message}`, hint };
  },
  need: ({ need }) => text`${need === null ? 'needs' : `needs.${need}`} is not what it must be
    Write ${NEEDS[need ?? 'all']}`,
};

const NEEDS = {
  all: 'a map, or a list of maps, with memberOf, files, environment, alloy or stability',
  memberOf: 'names of Unix groups, as in [docker]',
  files: 'absolute paths, or {{ NAME }} for the value of a parameter',
  environment: 'names of variables, or {{ NAME }} for the value of a parameter',
  alloy: 'the oldest version that will do, as in ">=1.5"',
  stability: 'generally-available, public-preview or experimental',
  when: 'a parameter and values of it, as in { collect: [docker] }',
} as const;

const VERSION_IS = {
  pinned: (version: string) => `version ${version} is pinned`,
  asked: (version: string) => `this is checked for ${version}`,
  running: (version: string) => `the host runs ${version}`,
  coming: (version: string) => `the host will run ${version}`,
} as const;

/** How to do without it. */
const withoutIt = ({ of, name }: Asker): string =>
  of === 'fragment'
    ? `remove the fragment: config.fragments: { ${name}: null }`
    : 'use another template';

/** Whoever has other YAML beside a template never meant it as declarations. */
function declared(params: DeclarationFault & { readonly template?: string }): Text {
  const { message, hint } = textOfReason(declarationTexts, params);
  const { template } = params;
  return template
    ? text`${message}
        ${hint}, or rename the file if it does not declare the parameters of ${template}`
    : { message, hint };
}

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
    'liquid-template': text`
      this is a Liquid template, which is not Alloy until it is rendered for a host
      Set it as config.template, then run alloyup validate or alloyup render HOST`,
  },
  'config.check': {
    diagnostic: (diagnostic) => {
      const { message, hint } = diagnosticText(diagnostic);
      return { message: `${message} (${diagnostic.rule})`, hint };
    },
  },
  'template.syntax': {
    yaml: declared,
    'unknown-key': declared,
    'no-summary': declared,
    'no-text': declared,
    'unknown-type': declared,
    'parameter-name': declared,
    'no-meaning': declared,
    'undeclared-parameter': declared,
    'unknown-joint': declared,
    default: declared,
    need: declared,
    'unknown-filter': ({ filter, meant }) => text`there is no filter "${filter}"
      ${didYouMean(meant, 'Use one of those listed in docs/templates.md')}`,
    'unknown-tag': ({ tag, meant, known }) => text`there is no tag "${tag}"
      ${didYouMean(meant, `Use one of ${known.join(', ')}`)}`,
    'stray-tag': ({ tag }) => text`{% ${tag} %} closes nothing here
      Check its opening tag, which is wrong or missing`,
    'unclosed-output': text`the output "{{" is not closed
      End it with }}`,
    'unclosed-tag': ({ tag }) => text`the tag ${tag} is not closed
      End it with %}`,
    'unclosed-block': ({ tag }) => text`the tag {% ${tag ?? '...'} %} is not closed
      Add {% end${tag ?? '...'} %}`,
    'trailing-text': text`the condition or value does not end where it should
      Compare with ==, combine with and / or, and put | before a filter`,
    liquid: ({ said }) => text`${said}
      Fix the template here; docs/templates.md lists what is allowed`,
  },
  'template.variable': {
    'no-value': ({ where }) => text`there is no value to write ${PLACES[where]}
      Set the variable, or test it with {% if %}`,
    'misplaced-reference': ({ name, where }) => text`
      ${name} is an expression and cannot be written ${PLACES[where]}
      Remove the quotes: {{ x | reference }} goes where a value goes`,
    'misplaced-list': ({ where }) => text`a list cannot be written ${PLACES[where]}
      Write it without quotes, or join it: {{ x | join: "," }}`,
    'misplaced-map': ({ where }) => text`a map cannot be written ${PLACES[where]}
      Write it without quotes, or name one of its keys: {{ x.key }}`,
    'lone-surrogate': text`the value holds half of a character (a lone surrogate)
      Write the whole character: no file can hold this one`,
    'not-a-value': text`the value is not of a type that Alloy has
      Use text, a number, a list or a map`,
    'not-a-text': text`a filter that takes text was given a list or a map
      Name one of its keys, {{ x.key }}, or join it: {{ x | join: "," }}`,
    'not-a-map': text`with_default takes a map
      Put the name of a map before the filter`,
    'not-finite': ({ value }) => text`${value} is not a number that Alloy can read
      Use a finite number`,
    'raw-string-character': ({ character }) => text`
      the value holds ${character}, which is not allowed inside backticks
      Use "..." there: values are escaped in it`,
    'comment-character': ({ character }) => text`
      the value holds ${character ?? 'characters that may end a comment'}
      Remove it from the comment, or change the value`,
    'not-an-identifier': ({ value, where }) => text`
      "${value}" is not allowed ${PLACES[where]}: use only letters, digits and _, and no digit first
      Turn it into an identifier: {{ x | identifier }}`,
    'object-key': ({ key }) => text`the key "${key}" is not allowed in an Alloy object
      Use one or more printable characters other than " and \\`,
    'not-a-reference': ({ value }) => text`
      ${value === null ? 'the value' : quoted(value)} is not the name of a component or constant
      Write names with dots between them, such as "constants.hostname"`,
    'leading-dot': ({ name }) => text`"{{ .${name} }}" is not Liquid: variables have no leading dot
      Put Alloy's own braces between {% raw %} and {% endraw %}`,
    'not-given': ({ name, meant, declared }) => text`the variable "${name}" is not set
      ${didYouMean(meant, declared || name.includes('.') ? `Set ${name}, or test it first: {% if ${name} %}` : `Add ${name} to config.vars, or give it a default: {{ ${name} | default: "..." }}`)}`,
    reserved: text`
      the variable name host is reserved: templates read host.name, host.address and host.groups
      Give your variable another name`,
    'reserved-in-fragments': ({ name }) => text`
      the variable name ${name} is reserved in fragments, which read it without setting it
      Give your variable another name`,
    'no-destination': ({ fragment, signal, base, joint, parameters }) => text`
      the fragment ${fragment} sends ${signal}, which have no destination
      ${parameters.length > 0 ? `Give ${parameters.join(' or ')} to the template ${base}` : `Use a template that offers one, or assign it in ${base}: {% assign ${joint} = "..." | reference %}`}`,
    unused: ({ template, name, meant }) => text`
      the template ${template} does not use the variable "${name}"
      ${didYouMean(meant, 'Remove it from config.vars, or use it in the template')}`,
    undeclared: ({ name, meant }) => text`the variable "${name}" is not declared
      ${didYouMean(meant, 'Declare it in the .yaml file beside the template')}`,
    'unknown-parameter': ({ template, name, meant, known }) => text`
      the template ${template} has no parameter "${name}"
      ${didYouMean(meant, known.length > 0 ? `Remove it; the parameters are ${known.join(', ')}` : 'Remove it: the template has no parameters')}`,
    required: ({ template, parameter, meaning, example, alternative, flag }) => text`
      the template ${template} needs ${parameter}: ${meaning.replace(/\.$/, '')}
      ${flag ? `Add --var ${parameter}=${example}` : `Add it to ${whereOf(parameter)}, e.g. ${parameter.replace(/^.*\./, '')}: ${example}`}${alternative === null ? '' : `, or set ${alternative} instead`}`,
    'no-effect-beside': ({ parameter, other }) => text`
      ${parameter} has no effect when ${other} is set
      Remove one of the two`,
    'no-effect-without': ({ parameter, other }) => text`${parameter} has no effect without ${other}
      Add ${other} to config.vars, or remove ${parameter}`,
    'no-effect-unless': ({ parameter, other, values }) => text`
      ${parameter} has no effect without ${values.join(' or ')} in ${other}
      Add ${values[0]!} to ${other}, or remove ${parameter}`,
    value: ({ parameter, fault }) => parameterFault(parameter, fault),
  },
  'template.needs': {
    environment: ({ by, variables: [first = '', ...more] }) => text`
      the ${by.of} ${by.name} needs the ${more.length > 0 ? 'variables' : 'variable'} ${[first, ...more].join(', ')}
      Add ${more.length > 0 ? 'them' : 'it'} to alloy.environment, e.g. ${first}: { secret: env:${first} }, or ${withoutIt(by)}`,
    alloy: ({ by, oldest, version, versionIs }) => text`
      the ${by.of} ${by.name} needs Alloy ${oldest} or newer, and ${VERSION_IS[versionIs](version)}
      ${versionIs === 'asked' ? 'Check for' : 'Set alloy.version to'} a newer one, or ${withoutIt(by)}`,
    stability: ({ by, level, set }) => text`
      the ${by.of} ${by.name} needs alloy.stability ${level}, and it is ${set}
      Set alloy.stability: ${level}, or ${withoutIt(by)}`,
  },
  'template.file': {
    'unknown-builtin': ({ name, meant, known }) => text`there is no built-in template "${name}"
      ${didYouMean(meant && quoted(meant), `Use one of ${known.join(', ')}, or write a path: ./${name}.alloy`)}`,
    'unknown-fragment': ({ name, meant, known }) => text`there is no built-in fragment "${name}"
      ${didYouMean(meant && quoted(meant), `${known.length > 0 ? `Use one of ${known.join(', ')}, or write` : 'Write'} a path: ./${name || 'nginx'}.alloy`)}`,
    unreadable: ({ path, failure }) => text`the template ${path} ${fileFailure(failure)}
      ${fileHint(failure)}`,
    'unreadable-declarations': ({ path, failure }) => text`
      ${path}, which declares the parameters of a template, ${fileFailure(failure)}
      ${fileHint(failure)}`,
  },
};
