import { BUILTIN_NAMES, builtinTemplate, isBuiltin } from '../../config/builtins.ts';
import { counts, faultOf, isRequired } from '../../config/parameters.ts';
import { JOINTS, type Parameter } from '../../config/template-model.ts';
import { parameterFault } from '../../report/problems/config-texts.ts';
import {
  type Answer,
  type Answers,
  choice,
  type Known,
  place,
  type Question,
  text,
} from './question.ts';
import { softwareQuestions, type Takes } from './software-questions.ts';

/** What to collect, where to send it and how to authenticate there, and who may reach the ports. */
export function* templateQuestions(
  answers: Answers,
  { from, software }: Known,
): Iterable<Question> {
  if (from !== null) return;
  yield choice(
    'template',
    'What do you want to collect?',
    [
      { value: 'linux-host', name: 'Host metrics, the journal, log files, and application data' },
      { value: 'otlp-gateway', name: 'Application data only: OTLP metrics, traces and logs' },
      { value: 'self-monitoring', name: "Alloy's own metrics and logs" },
      { value: 'minimal', name: 'Nothing yet: just run Alloy' },
      { value: 'own', name: 'Use my own configuration file' },
    ],
    {
      invalid: (answer) =>
        answer.includes('/') || isBuiltin(answer)
          ? null
          : `enter one of ${BUILTIN_NAMES.join(', ')}, or a path such as ./host.alloy`,
      example: 'linux-host',
    },
  );
  if (answers.template === 'own')
    yield text('templateFile', 'Path of the configuration file, relative to the inventory', {
      invalid: (answer) => (answer.includes('/') ? null : `enter it with a slash: ./${answer}`),
      example: './host.alloy',
    });
  yield* parameterQuestions(answers);
  yield* softwareQuestions(answers, software, takesOf(answers));
}

const parametersOf = (template: unknown): readonly Parameter[] =>
  typeof template === 'string' && isBuiltin(template) ? builtinTemplate(template).parameters : [];

/** What a template could be given beside its own parts. */
export const hasJoints = (template: unknown): boolean =>
  parametersOf(template).some(({ offers }) => offers.length > 0);

/** What the answers leave room for. */
export function takesOf(answers: Answers): Takes {
  const parameters = parametersOf(answers.template);
  const asked = new Set([...parameterQuestions(answers)].map(({ id }) => id));
  const given = parameters.filter(({ name }) => asked.has(name) && answers[name]);
  const { collect = [] } = answers;
  return {
    joints: JOINTS.filter((joint) => given.some(({ offers }) => offers.includes(joint))),
    parts: parameters.flatMap(({ name, oneOf }) =>
      name === 'collect' ? oneOf.filter((part) => !collect.includes(part)) : [],
    ),
  };
}

/** By the declarations of the chosen template. Whatever is not asked has a usable default. */
function* parameterQuestions(answers: Answers): Iterable<Question> {
  const parameters = parametersOf(answers.template);
  const hasOtlp = parameters.some(({ name }) => name === 'otlp_url');
  const parts = parameters.find(({ name }) => name === 'collect');
  if (parts) yield partsQuestion(parts);
  if (hasOtlp)
    yield choice(
      'to',
      'Where do you want to send it?',
      [
        { value: 'urls', name: 'Prometheus or Mimir, Loki and Tempo: one URL each' },
        { value: 'cloud', name: 'Grafana Cloud, through its OTLP endpoint' },
        { value: 'otlp', name: 'Another OTLP endpoint that accepts everything' },
      ],
      { fallback: 'urls' },
    );

  // what decides on the questions that follow
  const { collect, to } = answers;
  const single = hasOtlp && (to === 'otlp' || to === 'cloud');
  const vars = {
    ...(parts && collect !== undefined ? { collect } : {}),
    ...(single ? { otlp_url: 'chosen' } : {}),
  };
  const counting = parameters.filter((one) => counts(one, parameters, vars));
  for (const parameter of [...counting].sort((a, b) => Number(isPaths(b)) - Number(isPaths(a)))) {
    const required = isRequired(parameter, parameters, vars);
    const prefix = /^([a-z]+)_url$/.exec(parameter.name)?.[1];
    if (prefix === undefined) {
      if (required) yield valueQuestion(parameter, true);
    } else if ((prefix === 'otlp') === single) {
      yield prefix === 'otlp'
        ? otlpQuestion(parameter, to === 'cloud')
        : valueQuestion(parameter, required);
      yield* accessQuestions(prefix, answers, parameters);
    }
  }
  const ports = counting.filter(({ type }) => type === 'address');
  if (ports.length > 0) yield listenQuestion(ports);
}

const isPaths = ({ type, listed }: Parameter): boolean => type === 'entries' && listed;

const PART_NAMES: Readonly<Record<string, string>> = {
  metrics: 'Host metrics (as from node_exporter)',
  journal: 'The systemd journal',
  files: 'Log files',
  docker: "Logs of Docker's containers (needs group docker, which equals root)",
  otlp: 'OTLP data from applications',
  alloy: "Alloy's own log",
};

function partsQuestion({ oneOf, default: usual }: Parameter): Question {
  return {
    id: 'collect',
    kind: 'checks',
    message: 'Which data?',
    choices: oneOf.map((value) => ({ value, name: PART_NAMES[value] ?? value })),
    fallback: Array.isArray(usual) ? usual.map(String) : [],
    example: '[metrics, journal, files]',
  };
}

const otlpQuestion = (parameter: Parameter, isCloud: boolean): Question => ({
  ...valueQuestion(parameter, true),
  ...(isCloud
    ? {
        message: 'OTLP endpoint URL (grafana.com: your stack, OpenTelemetry)',
        example: 'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
      }
    : { message: 'OTLP/HTTP endpoint URL, without /v1/metrics' }),
});

function valueQuestion(parameter: Parameter, required: boolean): Question {
  const { name, type, meaning } = parameter;
  const whyInvalid = (value: unknown): string | null => {
    const fault = faultOf(parameter, value);
    return fault ? parameterFault(name, fault).message : null;
  };
  if (isPaths(parameter))
    return {
      id: name,
      kind: 'lines',
      message: 'Log files, such as /var/log/nginx/*.log',
      invalid: (answer) => whyInvalid([answer]),
      example: '["/var/log/nginx/*.log"]',
    };
  const what = meaning.replace(/(, e\.g\.|\. ).*$/s, '').replace(/\.$/, '');
  return text(name, required ? what : `${what} (empty: none)`, {
    long: type === 'url',
    fallback: required ? undefined : '',
    invalid: (answer) => whyInvalid(answer.trim()),
    example:
      /e\.g\. (\S+?)\.?(\s|$)/.exec(meaning)?.[1] ?? 'https://metrics.example.com/api/v1/write',
  });
}

/** How to authenticate at a URL, as far as the template supports it. */
function* accessQuestions(
  prefix: string,
  answers: Answers,
  parameters: readonly Parameter[],
): Iterable<Question> {
  const url = answers[`${prefix}_url`];
  if (url === undefined || url === '') return;
  const at = /^\w+:\/\/([^/?#]+)/.exec(String(url))?.[1] ?? url;
  const stored = (name: string, what: string): Question =>
    place(`${prefix}_${name}`, what, `${prefix}_${name}`.toUpperCase());
  if (prefix === 'otlp' && answers.to === 'cloud') {
    yield text('otlp_username', 'Instance ID', { example: '123456' });
    yield stored('password', 'access token');
    return;
  }
  const has = (name: string): boolean =>
    parameters.some((parameter) => parameter.name === `${prefix}_${name}`);
  const choices = [
    { value: 'none', name: 'None' },
    ...(has('username') ? [{ value: 'basic', name: 'User and password (Grafana Cloud)' }] : []),
    ...(has('token_env') ? [{ value: 'token', name: 'Bearer token' }] : []),
    ...(has('tenant') ? [{ value: 'tenant', name: 'Tenant (X-Scope-OrgID)' }] : []),
    ...(has('username') && has('tenant')
      ? [{ value: 'both', name: 'User, password and tenant' }]
      : []),
  ];
  if (choices.length === 1) return;
  const id = `${prefix}_access`;
  yield choice(id, `Authentication for ${at}`, choices, { fallback: 'none', example: 'basic' });
  const access = answers[id];
  if (access === 'basic' || access === 'both') {
    yield text(`${prefix}_username`, `User for ${at}`, { example: '123456' });
    yield stored('password', 'password');
  }
  if (access === 'token') yield stored('token', 'token');
  if (access === 'tenant' || access === 'both')
    yield text(`${prefix}_tenant`, `Tenant for ${at}`, { example: 'team-a' });
}

/** Where a port listens, by who sends to it. */
const LISTENS: Readonly<Record<string, string>> = { host: '127.0.0.1', network: '0.0.0.0' };
const listensOn = (listen: string, { default: byDefault }: Parameter): string =>
  String(byDefault).replace(/^.*:/, `${LISTENS[listen]}:`);

/** The default of a template's ports says who is meant to send to it. */
const listenQuestion = (ports: readonly Parameter[]): Question =>
  choice(
    'listen',
    'Who sends data to it?',
    [
      { value: 'host', name: 'Applications on the same host (127.0.0.1)' },
      {
        value: 'network',
        name: 'Other machines too (all interfaces)',
        description: 'Its ports need no password: restrict them with a firewall.',
      },
    ],
    {
      fallback: ports.every((one) => listensOn('host', one) === one.default) ? 'host' : 'network',
      example: 'network',
    },
  );

/** The answers as inventory settings: `config.vars`, and the service's environment. */
export function parameterValues(answers: Answers) {
  const vars: Record<string, Answer> = {};
  const environment: Record<string, { secret: string }> = {};
  const asked = new Set([...parameterQuestions(answers)].map(({ id }) => id));
  const given = (id: string): Answer | undefined => (asked.has(id) ? answers[id] : undefined);
  const listen = given('listen');
  for (const parameter of parametersOf(answers.template)) {
    const { name, type, default: byDefault } = parameter;
    const answer = given(name);
    if (typeof answer === 'string' && answer !== '') vars[name] = answer;
    if (Array.isArray(answer) && String(answer) !== String(byDefault)) vars[name] = answer;
    // names a variable of the service, whose value is stored somewhere
    const stored = given(name.replace(/_env$/, ''));
    if (name.endsWith('_env') && typeof stored === 'string') {
      const variable = String(byDefault ?? name.replace(/_env$/, '').toUpperCase());
      environment[variable] = { secret: stored };
      if (byDefault === null) vars[name] = variable;
    }
    if (type === 'address' && typeof listen === 'string') {
      const address = listensOn(listen, parameter);
      if (address !== byDefault) vars[name] = address;
    }
  }
  return { vars, environment };
}
