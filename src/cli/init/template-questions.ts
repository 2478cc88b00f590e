import { builtinTemplate, isBuiltin } from '../../config/builtins.ts';
import { counts, isRequired, misfit } from '../../config/parameters.ts';
import type { Parameter } from '../../config/template.ts';
import type { Answer, Answers, Choice, Question } from './question.ts';

const parametersOf = (template: unknown): readonly Parameter[] =>
  typeof template === 'string' && isBuiltin(template) ? builtinTemplate(template).parameters : [];

/** What may stand where a secret's place is asked for. */
const PLACE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$/;

/** What is wrong with the place of a secret; null: nothing. */
export const wrongPlace = (text: string): string | null =>
  PLACE.test(text) ? null : 'write env:NAME or file:PATH; the secret itself is never written here';

/**
 * What the chosen template needs to be told, by its declarations: what of it is wanted, where that goes,
 * how it is let in there, and who may reach its ports. All else has a default that serves.
 */
export function parameterQuestions(answers: Answers): readonly Question[] {
  const parameters = parametersOf(answers.template);
  const vars = choicesOf(parameters, answers);
  const parts = parameters.find(({ name }) => name === 'collect');
  const whole = parameters.some(({ name }) => name === 'otlp_url');
  return [
    ...(parts ? [partsQuestion(parts)] : []),
    ...(whole ? [targetQuestion] : []),
    ...[...parameters.filter(isPaths), ...parameters.filter((one) => !isPaths(one))]
      .filter((parameter) => counts(parameter, parameters, vars))
      .flatMap((parameter) => {
        const required = isRequired(parameter, parameters, vars);
        const prefix = /^(\w+)_url$/.exec(parameter.name)?.[1];
        if (prefix === undefined) return required ? [valueQuestion(parameter, true)] : [];
        if (prefix === 'otlp')
          return vars.otlp_url === undefined
            ? []
            : [wholeQuestion(parameter, answers), ...accessQuestions(prefix, answers, parameters)];
        return [
          valueQuestion(parameter, required),
          ...accessQuestions(prefix, answers, parameters),
        ];
      }),
    ...listenQuestion(
      parameters.filter((one) => one.type === 'address' && counts(one, parameters, vars)),
    ),
  ];
}

const isPaths = ({ type }: Parameter): boolean => type === 'paths';

/** What decides on the questions to come: the parts, and whether all goes to one endpoint. */
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
  metrics: 'Metrics of the host, as node_exporter has them',
  journal: 'The systemd journal',
  files: 'Log files',
  otlp: 'What applications send by OTLP',
};

const partsQuestion = ({ oneOf, default: usual }: Parameter): Question => ({
  id: 'collect',
  section: 'template',
  kind: 'checks',
  message: 'Which of it?',
  choices: oneOf.map((value) => ({
    value,
    name: PART_NAMES[value] ?? value,
    checked: Array.isArray(usual) && usual.includes(value),
  })),
  fallback: Array.isArray(usual) ? usual.map(String) : [],
  some: true,
  example: '[metrics, journal, files]',
});

const targetQuestion: Question = {
  id: 'to',
  section: 'template',
  kind: 'choice',
  message: 'Where does it go?',
  choices: [
    { value: 'urls', name: 'Prometheus or Mimir, Loki, Tempo: each its own URL' },
    { value: 'cloud', name: 'Grafana Cloud, by its endpoint of OTLP' },
    { value: 'otlp', name: 'Any one endpoint of OTLP that takes all of it' },
  ],
  fallback: 'urls',
  example: 'urls',
};

const wholeQuestion = (parameter: Parameter, { to }: Answers): Question => ({
  ...valueQuestion(parameter, true),
  ...(to === 'cloud'
    ? {
        message: 'URL of the OTLP endpoint (grafana.com, your stack, OpenTelemetry)',
        example: 'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
      }
    : { message: 'URL of the endpoint (OTLP by HTTP, without /v1/metrics)' }),
});

function valueQuestion(parameter: Parameter, required: boolean): Question {
  const { name, type, meaning } = parameter;
  const isList = isPaths(parameter);
  const misfits = (value: unknown): string | null =>
    misfit(parameter, isList ? [value] : value)?.message ?? null;
  return {
    id: name,
    section: 'template',
    kind: isList ? 'lines' : 'text',
    ...(type === 'url' ? { long: true } : {}),
    message: isList
      ? 'Log files, as /var/log/nginx/*.log'
      : `${meaning.replace(/(, e\.g\.|\. ).*$/s, '').replace(/\.$/, '')}${required ? '' : ' (empty: none)'}`,
    ...(required ? {} : { fallback: '' }),
    wrong: (text) => {
      if (text === '' && !required) return null;
      return misfits(text.trim());
    },
    example: isList
      ? '["/var/log/nginx/*.log"]'
      : (/e\.g\. (\S+?)\.?(\s|$)/.exec(meaning)?.[1] ?? 'https://metrics.example.com/api/v1/write'),
  };
}

/** How one is let in at a URL: what the template can send there. */
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
  const place = (name: string, message: string): Question => {
    const example = `env:${prefix.toUpperCase()}_${name.toUpperCase()}`;
    return { ...text(name, message, example), fallback: example, wrong: wrongPlace };
  };
  if (prefix === 'otlp' && answers.to === 'cloud')
    return [
      text('username', 'Instance ID', '123456'),
      place('password', 'Where its access token is kept: env:NAME, or file:PATH'),
    ];
  const choices: readonly Choice[] = [
    { value: 'none', name: 'Nothing' },
    ...(has('username') ? [{ value: 'basic', name: 'User and password (as Grafana Cloud)' }] : []),
    ...(has('token_env') ? [{ value: 'token', name: 'A bearer token' }] : []),
    ...(has('tenant') ? [{ value: 'tenant', name: 'A tenant (X-Scope-OrgID)' }] : []),
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
      message: `What does ${at} ask for?`,
      choices,
      fallback: 'none',
      example: 'basic',
    },
    ...(access === 'basic' || access === 'both'
      ? [
          text('username', `User at ${at}`, '123456'),
          place('password', 'Where its password is kept: env:NAME, or file:PATH'),
        ]
      : []),
    ...(access === 'token'
      ? [place('token', 'Where the token is kept: env:NAME, or file:PATH')]
      : []),
    ...(access === 'tenant' || access === 'both'
      ? [text('tenant', `Tenant at ${at}`, 'team-a')]
      : []),
  ];
}

const hostOf = (url: string): string => /^\w+:\/\/([^/?#]+)/.exec(url)?.[1] ?? url;

/** Where a port listens by the choice of who sends. */
const LISTENS: Readonly<Record<string, string>> = { host: '127.0.0.1', network: '0.0.0.0' };
const listensOn = (listen: string, { default: byDefault }: Parameter): string =>
  String(byDefault).replace(/^.*:/, `${LISTENS[listen]}:`);

/** A template's own ports tell who is meant to send to it. */
const listenQuestion = (ports: readonly Parameter[]): readonly Question[] =>
  ports.length === 0
    ? []
    : [
        {
          id: 'listen',
          section: 'template',
          kind: 'choice',
          message: 'Who sends to it?',
          choices: [
            { value: 'host', name: 'Applications on the host itself (127.0.0.1)' },
            {
              value: 'network',
              name: 'Other machines too (every interface)',
              description: 'Its ports ask nobody for a password: let a firewall say who may.',
            },
          ],
          fallback: ports.every((port) => listensOn('host', port) === port.default)
            ? 'host'
            : 'network',
          example: 'network',
        },
      ];

/** What the answers come to in an inventory: `config.vars`, and the variables of the service. */
export function parameterValues(answers: Answers): {
  readonly vars: Readonly<Record<string, string | readonly string[]>>;
  readonly environment: Readonly<Record<string, { readonly secret: string }>>;
} {
  const vars: Record<string, string | readonly string[]> = {};
  const environment: Record<string, { secret: string }> = {};
  const parameters = parametersOf(answers.template);
  const asked = new Set(parameterQuestions(answers).map(({ id }) => id));
  const given = (id: string): Answer | undefined => (asked.has(id) ? answers[id] : undefined);
  const listen = given('listen');
  for (const parameter of parameters) {
    const { name, type, default: byDefault } = parameter;
    const answer = given(name);
    if (typeof answer === 'string' && answer !== '') vars[name] = answer;
    if (Array.isArray(answer) && String(answer) !== String(byDefault)) vars[name] = answer;
    // a variable of the service, and the place that its value comes from
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
