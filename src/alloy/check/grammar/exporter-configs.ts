import type { Shape } from './yaml-config.ts';

const texts: Shape = { list: 'text' };
const tlsConfig: Shape = {
  fields: {
    ca: 'text',
    cert: 'text',
    key: 'text',
    ca_file: 'text',
    cert_file: 'text',
    key_file: 'text',
    ca_ref: 'text',
    cert_ref: 'text',
    key_ref: 'text',
    server_name: 'text',
    insecure_skip_verify: 'bool',
    min_version: 'text',
    max_version: 'text',
  },
};
const proxy = {
  proxy_url: 'text',
  no_proxy: 'text',
  proxy_from_environment: 'bool',
  proxy_connect_header: 'any',
} as const;
/** config.HTTPClientConfig of prometheus/common. */
const httpClient = {
  ...proxy,
  basic_auth: 'any',
  authorization: 'any',
  oauth2: 'any',
  bearer_token: 'text',
  bearer_token_file: 'text',
  tls_config: tlsConfig,
  follow_redirects: 'bool',
  enable_http2: 'bool',
  http_headers: 'any',
} as const;
const network = { preferred_ip_protocol: 'text', ip_protocol_fallback: 'bool' } as const;
const headerMatch: Shape = {
  fields: { header: 'text', regexp: 'regex', allow_missing: 'bool' },
  needs: ['header', 'regexp'],
};
const records: Shape = {
  fields: {
    fail_if_matches_regexp: texts,
    fail_if_all_match_regexp: texts,
    fail_if_not_matches_regexp: texts,
    fail_if_none_matches_regexp: texts,
  },
};

/** The `config` of prometheus.exporter.blackbox: config.Config of blackbox_exporter. */
export const BLACKBOX: Shape = {
  fields: {
    modules: {
      map: {
        fields: {
          prober: 'text',
          timeout: 'duration',
          http: {
            fields: {
              ...network,
              ...httpClient,
              valid_status_codes: { list: 'number' },
              valid_http_versions: texts,
              skip_resolve_phase_with_proxy: 'bool',
              no_follow_redirects: 'bool',
              fail_if_ssl: 'bool',
              fail_if_not_ssl: 'bool',
              method: 'text',
              headers: { map: 'text' },
              fail_if_body_matches_regexp: { list: 'regex' },
              fail_if_body_not_matches_regexp: { list: 'regex' },
              fail_if_header_matches: { list: headerMatch },
              fail_if_header_not_matches: { list: headerMatch },
              body: 'text',
              body_file: 'text',
              compression: 'text',
              body_size_limit: 'bytes',
            },
          },
          tcp: {
            fields: {
              ...network,
              source_ip_address: 'text',
              query_response: {
                list: { fields: { expect: 'regex', send: 'text', starttls: 'bool' } },
              },
              tls: 'bool',
              tls_config: tlsConfig,
            },
          },
          icmp: {
            fields: {
              ...network,
              source_ip_address: 'text',
              payload_size: 'number',
              dont_fragment: 'bool',
              ttl: 'number',
            },
          },
          dns: {
            fields: {
              ...network,
              dns_over_tls: 'bool',
              tls_config: tlsConfig,
              source_ip_address: 'text',
              transport_protocol: 'text',
              query_class: 'text',
              query_name: 'text',
              query_type: 'text',
              recursion_desired: 'bool',
              valid_rcodes: texts,
              validate_answer_rrs: records,
              validate_authority_rrs: records,
              validate_additional_rrs: records,
            },
            needs: ['query_name'],
          },
          grpc: {
            fields: { ...network, service: 'text', tls: 'bool', tls_config: tlsConfig },
          },
        },
      },
    },
  },
};

/** The `config` of prometheus.exporter.snmp: config.Config of snmp_exporter. */
export const SNMP: Shape = {
  fields: {
    version: 'number',
    auths: {
      map: {
        fields: {
          community: 'text',
          security_level: 'text',
          username: 'text',
          password: 'text',
          auth_protocol: 'text',
          priv_protocol: 'text',
          priv_password: 'text',
          context_name: 'text',
          version: 'number',
        },
      },
    },
    modules: {
      map: {
        fields: {
          walk: texts,
          get: texts,
          metrics: {
            list: {
              fields: {
                name: 'text',
                oid: 'text',
                type: 'text',
                help: 'text',
                indexes: { list: 'any' },
                lookups: { list: 'any' },
                regex_extracts: { map: { list: { fields: { value: 'text', regex: 'regex' } } } },
                datetime_pattern: 'text',
                enum_values: 'any',
                offset: 'number',
                scale: 'number',
              },
            },
          },
          max_repetitions: 'number',
          retries: 'number',
          timeout: 'duration',
          use_unconnected_udp_socket: 'bool',
          allow_nonincreasing_oids: 'bool',
          filters: { list: 'any' },
        },
      },
    },
  },
};

/** The `query_config` of prometheus.exporter.mssql: config.CollectorConfig of sql_exporter. */
export const SQL: Shape = {
  fields: {
    collector_name: 'text',
    min_interval: 'text',
    metrics: {
      list: {
        fields: {
          metric_name: 'text',
          type: 'text',
          help: 'text',
          key_labels: texts,
          static_labels: { map: 'text' },
          value_label: 'text',
          values: texts,
          query: 'text',
          query_ref: 'text',
          no_prepared_statement: 'bool',
          static_value: 'number',
          timestamp_value: 'text',
        },
        needs: ['metric_name', 'type', 'help'],
      },
    },
    queries: {
      list: {
        fields: { query_name: 'text', query: 'text', no_prepared_statement: 'bool' },
        needs: ['query_name', 'query'],
      },
    },
  },
  needs: ['metrics'],
};
