import { builtinTemplate, isBuiltin } from '../../config/builtins.ts';
import { counts, faultOf, isRequired } from '../../config/parameters.ts';
import type { Parameter } from '../../config/template-model.ts';
import { parameterFault } from '../../report/problems/config-texts.ts';
import type { Answer, Answers, Choice, Question } from './question.ts';
import { whyInvalidPlace } from './secret-places.ts';

const parametersOf = (template: unknown): readonly Parameter[] =>
  typeof template === 'string' && isBuiltin(template) ? builtinTemplate(template).parameters : [];

/**
 * What the chosen template needs to know, by its declarations: what to collect, where to send it and
 * how to authenticate there, and who may reach its ports. Everything else has a usable default.
 */
export function parameterQuestions(answers: Answers): readonly Question[] {
  const parameters = parametersOf(answers.template);
  const vars = choicesOf(parameters, answers);
  const parts = parameters.find(({ name }) => name === 'collect');
  const hasOtlp = parameters.some(({ name }) => name === 'otlp_url');
  return [
    ...(parts ? [partsQuestion(parts)] : []),
    ...(hasOtlp ? [destinationQuestion] : []),
    ...[...parameters.filter(isPaths), ...parameters.filter((one) => !isPaths(one))]
      .filter((parameter) => counts(parameter, parameters, vars))
      .flatMap((parameter) => {
        const required = isRequired(parameter, parameters, vars);
        const prefix = /^(\w+)_url$/.exec(parameter.name)?.[1];
        if (prefix === undefined) return required ? [valueQuestion(parameter, true)] : [];
        if (prefix === 'otlp' && vars.otlp_url === undefined) return [];
        return [
          prefix === 'otlp' ? otlpQuestion(parameter, answers) : valueQuestion(parameter, required),
          ...accessQuestions(prefix, answers, parameters),
        ];
      }),
    ...listenQuestion(
      parameters.filter((one) => one.type === 'address' && counts(one, parameters, vars)),
    ),
  ];
}

const isPaths = ({ type }: Parameter): boolean => type === 'paths';

/** What decides on the questions that follow: the parts, and whether there is a single destination. */
function choicesOf(
  parameters: readonly Parameter[],
  { collect, to }: Answers,
): Readonly<Record<string, unknown>> {
  const declared = (name: string): boolean => parameters.some((one) => one.name === name);
  return {
    ...(collect !== undefined && declared('collect') ? { collect } : {}),
    ...((to === 'otlp' || to === 'cloud') && declared('otlp_url') ? { otlp_url: 'chosen' } : {}),
  };
}

const PART_NAMES: Readonly<Record<string, string>> = {
  metrics: 'Host metrics (as from node_exporter)',
  journal: 'The systemd journal',
  files: 'Log files',
  otlp: 'OTLP data from applications',
};

const partsQuestion = ({ oneOf, default: usual }: Parameter): Question => ({
  id: 'collect',
  section: 'template',
  kind: 'checks',
  message: 'Which data?',
  choices: oneOf.map((value) => ({
    value,
    name: PART_NAMES[value] ?? value,
    checked: Array.isArray(usual) && usual.includes(value),
  })),
  fallback: Array.isArray(usual) ? usual.map(String) : [],
  some: true,
  example: '[metrics, journal, files]',
});

const destinationQuestion: Question = {
  id: 'to',
  section: 'template',
  kind: 'choice',
  message: 'Where do you want to send it?',
  choices: [
    { value: 'urls', name: 'Prometheus or Mimir, Loki and Tempo: one URL each' },
    { value: 'cloud', name: 'Grafana Cloud, through its OTLP endpoint' },
    { value: 'otlp', name: 'Another OTLP endpoint that accepts everything' },
  ],
  fallback: 'urls',
  example: 'urls',
};

const otlpQuestion = (parameter: Parameter, { to }: Answers): Question => ({
  ...valueQuestion(parameter, true),
  ...(to === 'cloud'
    ? {
        message: 'OTLP endpoint URL (grafana.com: your stack, OpenTelemetry)',
        example: 'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
      }
    : { message: 'OTLP/HTTP endpoint URL, without /v1/metrics' }),
});

function valueQuestion(parameter: Parameter, required: boolean): Question {
  const { name, type, meaning } = parameter;
  const isList = isPaths(parameter);
  return {
    id: name,
    section: 'template',
    kind: isList ? 'lines' : 'text',
    ...(type === 'url' ? { long: true } : {}),
    message: isList
      ? 'Log files, such as /var/log/nginx/*.log'
      : `${meaning.replace(/(, e\.g\.|\. ).*$/s, '').replace(/\.$/, '')}${required ? '' : ' (empty: none)'}`,
    ...(required ? {} : { fallback: '' }),
    invalid: (text) => {
      const value = text.trim();
      const fault = faultOf(parameter, isList ? [value] : value);
      return fault ? parameterFault(name, fault).message : null;
    },
    example: isList
      ? '["/var/log/nginx/*.log"]'
      : (/e\.g\. (\S+?)\.?(\s|$)/.exec(meaning)?.[1] ?? 'https://metrics.example.com/api/v1/write'),
  };
}

/** How to authenticate at a URL, as far as the template supports it. */
function accessQuestions(
  prefix: string,
  answers: Answers,
  parameters: readonly Parameter[],
): readonly Question[] {
  const url = answers[`${prefix}_url`];
  if (url === undefined || url === '') return [];
  const has = (name: string): boolean =>
    parameters.some((parameter) => parameter.name === `${prefix}_${name}`);
  const at = hostOf(String(url));
  const text = (name: string, message: string, example: string): Question => ({
    id: `${prefix}_${name}`,
    section: 'template',
    kind: 'text',
    message,
    example,
  });
  const place = (name: string, what: string): Question => {
    const example = `env:${prefix.toUpperCase()}_${name.toUpperCase()}`;
    const message = `Where is the ${what} stored? (env:NAME or file:PATH)`;
    return { ...text(name, message, example), fallback: example, invalid: whyInvalidPlace };
  };
  if (prefix === 'otlp' && answers.to === 'cloud')
    return [text('username', 'Instance ID', '123456'), place('password', 'access token')];
  const choices: readonly Choice[] = [
    { value: 'none', name: 'None' },
    ...(has('username') ? [{ value: 'basic', name: 'User and password (Grafana Cloud)' }] : []),
    ...(has('token_env') ? [{ value: 'token', name: 'Bearer token' }] : []),
    ...(has('tenant') ? [{ value: 'tenant', name: 'Tenant (X-Scope-OrgID)' }] : []),
    ...(has('username') && has('tenant')
      ? [{ value: 'both', name: 'User, password and tenant' }]
      : []),
  ];
  if (choices.length === 1) return [];
  const access = answers[`${prefix}_access`];
  return [
    {
      id: `${prefix}_access`,
      section: 'template',
      kind: 'choice',
      message: `Authentication for ${at}`,
      choices,
      fallback: 'none',
      example: 'basic',
    },
    ...(access === 'basic' || access === 'both'
      ? [text('username', `User for ${at}`, '123456'), place('password', 'password')]
      : []),
    ...(access === 'token' ? [place('token', 'token')] : []),
    ...(access === 'tenant' || access === 'both'
      ? [text('tenant', `Tenant for ${at}`, 'team-a')]
      : []),
  ];
}

const hostOf = (url: string): string => /^\w+:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;

/** Where a port listens, by who sends to it. */
const LISTENS: Readonly<Record<string, string>> = { host: '127.0.0.1', network: '0.0.0.0' };
const listensOn = (listen: string, { default: byDefault }: Parameter): string =>
  String(byDefault).replace(/^.*:/, `${LISTENS[listen]}:`);

/** The default of a template's ports says who is meant to send to it. */
const listenQuestion = (ports: readonly Parameter[]): readonly Question[] =>
  ports.length === 0
    ? []
    : [
        {
          id: 'listen',
          section: 'template',
          kind: 'choice',
          message: 'Who sends data to it?',
          choices: [
            { value: 'host', name: 'Applications on the same host (127.0.0.1)' },
            {
              value: 'network',
              name: 'Other machines too (all interfaces)',
              description: 'Its ports need no password: restrict them with a firewall.',
            },
          ],
          fallback: ports.every((port) => listensOn('host', port) === port.default)
            ? 'host'
            : 'network',
          example: 'network',
        },
      ];

/** The answers as inventory settings: `config.vars`, and the service's environment. */
export function parameterValues(answers: Answers): {
  readonly vars: Readonly<Record<string, string | readonly string[]>>;
  readonly environment: Readonly<Record<string, { readonly secret: string }>>;
} {
  const vars: Record<string, string | readonly string[]> = {};
  const environment: Record<string, { secret: string }> = {};
  const asked = new Set(parameterQuestions(answers).map(({ id }) => id));
  const given = (id: string): Answer | undefined => (asked.has(id) ? answers[id] : undefined);
  const listen = given('listen');
  for (const parameter of parametersOf(answers.template)) {
    const { name, type, default: byDefault } = parameter;
    const answer = given(name);
    if (typeof answer === 'string' && answer !== '') vars[name] = answer;
    if (Array.isArray(answer) && String(answer) !== String(byDefault)) vars[name] = answer;
    // names a variable of the service, whose value is stored somewhere
    const place = given(name.replace(/_env$/, ''));
    if (name.endsWith('_env') && typeof place === 'string') {
      const variable = String(byDefault ?? name.replace(/_env$/, '').toUpperCase());
      environment[variable] = { secret: place };
      if (byDefault === null) vars[name] = variable;
    }
    if (type === 'address' && typeof listen === 'string') {
      const address = listensOn(listen, parameter);
      if (address !== byDefault) vars[name] = address;
    }
  }
  return { vars, environment };
}
