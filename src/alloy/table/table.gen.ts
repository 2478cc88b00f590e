// Made by scripts/component-table.ts; do not edit.
export const TABLE = `1.0 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 1.10 1.11 1.12 1.13 1.14 1.15 1.16 1.17 1.18 1.19*

array.combine_maps=-,e@5 array.concat=-,g@4 array.group_by=-,e@a base64_decode=-,g@2,g!@4 coalesce=g concat=g,g!@4 constants.arch=g= constants.hostname=g= constants.os=g= constants.version=-,g=@9 convert.nonsensitive=-,g@4 encoding.from_URLbase64=-,g@6 encoding.from_base64=-,g@4 encoding.from_json=-,g@4 encoding.from_yaml=-,g@4 encoding.to_URLbase64=-,g@6 encoding.to_base64=-,g@6 encoding.to_json=-,g@8 encoding.url_decode=-,g@b encoding.url_encode=-,g@b env=g,g!@4 file.path_join=-,g@5 format=g,g!@4 join=g,g!@4 json_decode=g,g!@4 json_path=g nonsensitive=g,g!@4 replace=g,g!@4 split=g,g!@4 string.format=-,g@4 string.join=-,g@4 string.replace=-,g@4 string.split=-,g@4 string.to_lower=-,g@4 string.to_upper=-,g@4 string.trim=-,g@4 string.trim_prefix=-,g@4 string.trim_space=-,g@4 string.trim_suffix=-,g@4 sys.env=-,g@4 to_lower=g,g!@4 to_upper=g,g!@4 trim=g,g!@4 trim_prefix=g,g!@4 trim_space=g,g!@4 trim_suffix=g,g!@4 yaml_decode=-,g@2,g!@4

argument|g|?|687
beyla.ebpf|p,g@8|targets:list(target)|56
database_observability.mysql|-,e@6,p@c,g@f|targets:list(target)|79
database_observability.postgres|-,e@a,p@c,g@f|targets:list(target),logs_receiver:LogsReceiver;targets:list(target)@e|87
database_observability.sql_server|-,e@i|targets:list(target)|90
declare|g|?|100
discovery.aws|-,g@i|targets:list(target)|96
discovery.azure|g|targets:list(target)|101
discovery.consulagent|g|targets:list(target)|103
discovery.consul|g|targets:list(target)|102
discovery.digitalocean|g|targets:list(target)|104
discovery.dns|g|targets:list(target)|105
discovery.dockerswarm|g|targets:list(target)|107
discovery.docker|g|targets:list(target)|106
discovery.ec2|g|targets:list(target)|108
discovery.eureka|g|targets:list(target)|109
discovery.file|g|targets:list(target)|110
discovery.gce|g|targets:list(target)|111
discovery.hetzner|g|targets:list(target)|112
discovery.http|g|targets:list(target)|113
discovery.ionos|g|targets:list(target)|114
discovery.kubelet|g|targets:list(target)|115
discovery.kubernetes|g|targets:list(target)|119
discovery.kuma|g|targets:list(target)|120
discovery.lightsail|g|targets:list(target)|121
discovery.linode|g|targets:list(target)|122
discovery.marathon|g|targets:list(target)|123
discovery.nerve|g|targets:list(target)|124
discovery.nomad|g|targets:list(target)|125
discovery.openstack|g|targets:list(target)|126
discovery.ovhcloud|g|targets:list(target)|127
discovery.process|p,g@2|targets:list(target)|129
discovery.puppetdb|g|targets:list(target)|130
discovery.relabel|g|output:list(target);rules:RelabelRules|132
discovery.scaleway|g|targets:list(target)|133
discovery.serverset|g|targets:list(target)|124
discovery.triton|g|targets:list(target)|134
discovery.uyuni|g|targets:list(target)|135
export|g|?|688
faro.receiver|g||142
foreach|-,e@7|?|690
http|g|?|697
import.file|g|?|698
import.git|g|?|700
import.http|g|?|701
import.string|g|?|702
livedebugging|-,e@2,g@6|?|20
local.file_match|g|targets:list(target)|144
local.file|g|content:optionalsecret|143
logging|g|?|703
loki.echo|g|receiver:LogsReceiver|100
loki.enrich|-,e@8|receiver:LogsReceiver|145
loki.process|g|receiver:LogsReceiver|176
loki.relabel|g|receiver:LogsReceiver;rules:RelabelRules|177
loki.rules.kubernetes|g||182
loki.secretfilter|-,e@5,p@j|receiver:LogsReceiver|183
loki.source.api|g||188
loki.source.awsfirehose|g||189
loki.source.azure_event_hubs|g||191
loki.source.cloudflare|g||192
loki.source.docker|g||194
loki.source.file|g||198
loki.source.gcplog|g||202
loki.source.gelf|g||203
loki.source.heroku|g||204
loki.source.journal|g||206
loki.source.kafka|g||210
loki.source.kubernetes_events|g||213
loki.source.kubernetes|g||212
loki.source.podlogs|g||215
loki.source.syslog|g||219
loki.source.windowsevent|g||220
loki.write|g|receiver:LogsReceiver|224
mimir.alerts.kubernetes|-,e@c||226
mimir.rules.kubernetes|g||229
otelcol.auth.basic|g|handler:otelcol.Handler|233
otelcol.auth.bearer|g|handler:otelcol.Handler|234
otelcol.auth.google|-,p@g|handler:otelcol.Handler|236
otelcol.auth.headers|g|handler:otelcol.Handler|238
otelcol.auth.oauth2|g|handler:otelcol.Handler|241
otelcol.auth.sigv4|g|handler:otelcol.Handler|243
otelcol.connector.count|-,e@d|input:otelcol.Consumer|246
otelcol.connector.host_info|g|input:otelcol.Consumer|247
otelcol.connector.servicegraph|g|input:otelcol.Consumer|249
otelcol.connector.signaltometrics|-,e@i|input:otelcol.Consumer|255
otelcol.connector.spanlogs|g|input:otelcol.Consumer|257
otelcol.connector.spanmetrics|g|input:otelcol.Consumer|264
otelcol.exporter.awss3|-,e@2|input:otelcol.Consumer|270
otelcol.exporter.datadog|-,c@4|input:otelcol.Consumer|283
otelcol.exporter.debug|-,e@3|input:otelcol.Consumer|284
otelcol.exporter.faro|-,e@a|input:otelcol.Consumer|289
otelcol.exporter.file|-,p@d|input:otelcol.Consumer|292
otelcol.exporter.googlecloudpubsub|-,c@c|input:otelcol.Consumer|304
otelcol.exporter.googlecloud|-,c@9|input:otelcol.Consumer|300
otelcol.exporter.kafka|-,g@2|input:otelcol.Consumer|318
otelcol.exporter.loadbalancing|g|input:otelcol.Consumer|329
otelcol.exporter.logging|g,-@5|input:otelcol.Consumer|330
otelcol.exporter.loki|g|input:otelcol.Consumer|331
otelcol.exporter.otlphttp|g|input:otelcol.Consumer|335
otelcol.exporter.otlp|g|input:otelcol.Consumer|333
otelcol.exporter.prometheus|g|input:otelcol.Consumer|336
otelcol.exporter.splunkhec|-,c@6|input:otelcol.Consumer|344
otelcol.exporter.syslog|-,p@6|input:otelcol.Consumer|345
otelcol.extension.jaeger_remote_sampling|g||354
otelcol.processor.attributes|g|input:otelcol.Consumer|361
otelcol.processor.batch|g|input:otelcol.Consumer|362
otelcol.processor.cumulativetodelta|-,p@7|input:otelcol.Consumer|364
otelcol.processor.deltatocumulative|-,e@2|input:otelcol.Consumer|365
otelcol.processor.discovery|g|input:otelcol.Consumer|366
otelcol.processor.filter|g|input:otelcol.Consumer|371
otelcol.processor.groupbyattrs|-,g@4|input:otelcol.Consumer|372
otelcol.processor.interval|-,e@4|input:otelcol.Consumer|374
otelcol.processor.k8sattributes|g|input:otelcol.Consumer|383
otelcol.processor.memory_limiter|g|input:otelcol.Consumer|384
otelcol.processor.metric_start_time|-,g@d|input:otelcol.Consumer|385
otelcol.processor.probabilistic_sampler|g|input:otelcol.Consumer|386
otelcol.processor.redaction|-,e@j|input:otelcol.Consumer|390
otelcol.processor.resourcedetection|g|input:otelcol.Consumer|438
otelcol.processor.span|g|input:otelcol.Consumer|442
otelcol.processor.tail_sampling|g|input:otelcol.Consumer|465
otelcol.processor.transform|g|input:otelcol.Consumer|468
otelcol.receiver.awscloudwatch|-,e@8||474
otelcol.receiver.awsecscontainermetrics|-,e@c||475
otelcol.receiver.awss3|-,e@d||478
otelcol.receiver.cloudflare|-,e@c||480
otelcol.receiver.datadog|-,e@2||484
otelcol.receiver.faro|-,e@a||485
otelcol.receiver.file_stats|-,g@1||492
otelcol.receiver.filelog|-,p@7||498
otelcol.receiver.fluentforward|-,e@b||500
otelcol.receiver.googlecloudpubsub|-,c@b|input:otelcol.Consumer|502
otelcol.receiver.influxdb|-,g@6||503
otelcol.receiver.jaeger|g||508
otelcol.receiver.kafka|g||516
otelcol.receiver.loki|g|receiver:LogsReceiver|517
otelcol.receiver.nginx|-,p@h||518
otelcol.receiver.opencensus|g,-@d||520
otelcol.receiver.otlp|g||524
otelcol.receiver.prometheus|g|receiver:MetricsReceiver|525
otelcol.receiver.solace|-,g@6||530
otelcol.receiver.splunkhec|-,p@9||533
otelcol.receiver.syslog|-,p@6||537
otelcol.receiver.tcplog|-,e@7||538
otelcol.receiver.vcenter|e||543
otelcol.receiver.zipkin|g||544
otelcol.storage.file|-,p@9|handler:otelcol.ExtensionHandler|546
prometheus.echo|-,g@d|receiver:MetricsReceiver|547
prometheus.enrich|-,e@b|receiver:MetricsReceiver|548
prometheus.exporter.apache|g|targets:list(target)|549
prometheus.exporter.azure|g|targets:list(target)|550
prometheus.exporter.blackbox|g|targets:list(target)|552
prometheus.exporter.cadvisor|g|targets:list(target)|553
prometheus.exporter.catchpoint|-,e@3|targets:list(target)|554
prometheus.exporter.cloudwatch|g|targets:list(target)|561
prometheus.exporter.consul|g|targets:list(target)|562
prometheus.exporter.databricks|-,g@d|targets:list(target)|563
prometheus.exporter.dnsmasq|g|targets:list(target)|564
prometheus.exporter.elasticsearch|g|targets:list(target)|565
prometheus.exporter.gcp|g|targets:list(target)|566
prometheus.exporter.github|g|targets:list(target)|567
prometheus.exporter.kafka|g|targets:list(target)|568
prometheus.exporter.memcached|g|targets:list(target)|569
prometheus.exporter.mongodb|g|targets:list(target)|570
prometheus.exporter.mssql|g|targets:list(target)|571
prometheus.exporter.mysql|g|targets:list(target)|74
prometheus.exporter.oracledb|g|targets:list(target)|573
prometheus.exporter.postgres|g|targets:list(target)|575
prometheus.exporter.process|g|targets:list(target)|577
prometheus.exporter.redis|g|targets:list(target)|578
prometheus.exporter.self|g|targets:list(target)|100
prometheus.exporter.snmp|g|targets:list(target)|581
prometheus.exporter.snowflake|g|targets:list(target)|582
prometheus.exporter.squid|g|targets:list(target)|583
prometheus.exporter.static|-,e@c|targets:list(target)|584
prometheus.exporter.statsd|g|targets:list(target)|585
prometheus.exporter.unix|g|targets:list(target)|607
prometheus.exporter.windows|g|targets:list(target)|624
prometheus.operator.podmonitors|g||626
prometheus.operator.probes|g||626
prometheus.operator.scrapeconfigs|-,e@8||628
prometheus.operator.servicemonitors|g||629
prometheus.receive_http|g||630
prometheus.relabel|g|receiver:MetricsReceiver;rules:RelabelRules|631
prometheus.remote_write|g|receiver:MetricsReceiver|641
prometheus.scrape|g||642
prometheus.write.queue|-,e@5,-@j|receiver:MetricsReceiver|648
pyroscope.ebpf|p,g@2||650
pyroscope.enrich|-,e@d|receiver:ProfilesReceiver|651
pyroscope.java|p,g@2||653
pyroscope.receive_http|-,p@5,g@a||655
pyroscope.relabel|-,p@7,g@a|receiver:ProfilesReceiver;rules:RelabelRules|656
pyroscope.scrape|p,g@2||668
pyroscope.write|p,g@2|receiver:ProfilesReceiver|671
remote.http|g|content:optionalsecret|672
remote.kubernetes.configmap|g|data:map(optionalsecret)|673
remote.kubernetes.secret|g|data:map(optionalsecret)|673
remote.s3|g|content:optionalsecret|675
remote.vault|g|data:map(secret)|686
remotecfg|p,g@7|?|704
tracing|g|?|707

|override=string|
|dns=bool,bool?@j override_hostname=string|
|cluster_name=-,string@3 disable_informers=-,list(string)@7 drop_external=-,bool@i enable=string! informers_resync_period=-,duration@7 informers_sync_timeout=-,duration@7 kubeconfig_path=-,string@i meta_cache_address=-,string@c meta_restrict_local_node=-,bool@7 reconnect_initial_interval=-,duration@g resource_labels=-,map(list(string))@i service_name_template=-,string@i|
|max_interval=duration start_interval=duration timeout=duration|
|attr=string! exclude=list(string)!,list(string)@b include=list(string)!,list(string)@b|
|metric_span_names_limit=-,number@i rename_unresolved_hosts=-,string?@i,string@j rename_unresolved_hosts_incoming=-,string?@i,string@j rename_unresolved_hosts_outgoing=-,string?@i,string@j|host_id=-,0@i instance_id=-,1@7 kubernetes=2! metadata_retry=-,3@i select=-,4*@7
|daemonset_name=string deployment_name=string namespace=string owner_name=string pod_annotations=map(string) pod_labels=map(string) pod_name=string replicaset_name=string statefulset_name=string|
|arg=string name=string|
|cmd_args=-,string@f containers_only=bool exe_path=string exports=list(string) languages=-,string@i name=string namespace=string open_ports=string target_pids=-,list(number)@i,-@j|kubernetes=6 sampler=7
|daemonset_name=string deployment_name=string namespace=string owner_name=string pod_annotations=-,map(string)@9 pod_labels=map(string) pod_name=string replicaset_name=string statefulset_name=string|
|cmd_args=-,string@f containers_only=-,bool@9 exe_path=string exports=-,list(string)@b languages=-,string@i name=string namespace=string open_ports=string target_pids=-,list(number)@i,-@j|kubernetes=9 sampler=-,7@b
|java_harvest_delay=duration|
|cmd_args=-,string@f containers_only=-,bool@9 exe_path=string exports=-,list(string)@b languages=-,string@i name=string namespace=string open_ports=string target_pids=-,list(number)@i,-@j|kubernetes=-,9@2 sampler=-,7@b
|cmd_args=-,string@f containers_only=bool exe_path=string exports=-,list(string)@b languages=-,string@i name=string namespace=string open_ports=string target_pids=-,list(number)@i,-@j|kubernetes=6 sampler=-,7@b
|bpf_pid_filter_off=-,bool@j default_otlp_grpc_port=-,number@i disabled_route_harvesters=-,list(string)@j exclude_otel_instrumented_services=-,bool@7,bool?@j exclude_otel_instrumented_services_span_metrics=-,bool@i excluded_linux_system_paths=-,list(string)@j min_process_age=-,duration@i poll_interval=-,duration@i route_harvester_timeout=-,duration@j skip_go_specific_tracers=-,bool@7|default_exclude_instrument=-,8*@b default_exclude_services=-,10*@7 exclude_instrument=-,8*@b exclude_services=-,10*@3 instrument=-,8*@b route_harvester_advanced=-,11@j services=12!*,12*@a survey=-,13*@a
|http=number kafka=number mssql=number mysql=number postgres=number tcp=number|
|cmd_args=string containers_only=bool exe_path=string exports=list(string) languages=string name=string namespace=string open_ports=string|kubernetes=6 sampler=7
||service=16*
|async_writer_channel_len=number async_writer_workers=number cache_size=number cache_ttl=duration|services=17*
|global_scale_factor=number|
|enabled=bool|
|body=string headers=string|
|obfuscation_string=string|default_action=21
|case_sensitive=bool methods=list(string) obfuscation_json_paths=list(string) patterns=list(string) url_path_patterns=list(string)|
|action=string scope=string type=string|match=23
|enabled=bool|policy=22 rule=24*,-@j rules=-,24*@j
||anthropic=20 bedrock=20 embedding=20 gemini=20 mcp=20 openai=20 qwen=20 rerank=20 retrieval=20
|enabled=bool endpoint_patterns=list(string)|
||anthropic=-,20@g,-@i,20@j aws=-,20@i bedrock=-,20@j elasticsearch=-,20@i embedding=-,20@j enrichment=-,25@i gemini=-,20@j genai=-,26@i,-@j graphql=-,20@i jsonrpc=-,20@i mcp=-,20@j openai=20,-@i,20@j qwen=-,20@j rerank=-,20@j retrieval=-,20@j sqlpp=-,27@i
||http=28
|enabled=bool max_size=number|
|batch_length=-,number@j batch_timeout=-,duration@j bpf_debug=-,bool@9 bpf_fs_path=-,string@j context_propagation=-,string@9 couchbase_db_cache_size=-,number@j disable_black_box_cp=-,bool@j dns_request_timeout=-,duration@i enable_context_propagation=bool,-@9 force_bpf_map_reader=-,string@j heuristic_sql_detect=bool high_request_volume=bool http_request_timeout=duration instrument_cuda=-,string@i,number@j kafka_topic_uuid_cache_size=-,number@j max_transaction_time=-,duration@i mongo_requests_cache_size=-,number@j mssql_prepared_statements_cache_size=-,number@j mysql_prepared_statements_cache_size=-,number@j override_bpfloop_enabled=-,bool@j postgres_prepared_statements_cache_size=-,number@j protocol_debug_print=-,bool@9 stats_wakeup_data_bytes=-,number@j track_request_headers=bool traffic_control_backend=-,string@i wakeup_len=number|buffer_sizes=-,15@i log_enricher=-,18@j maps_config=-,19@g payload_extraction=-,29@f redis_db_cache=-,30@j
|attr=string! equals=-,number?@i greater_equals=-,number?@i greater_than=-,number?@i less_equals=-,number?@i less_than=-,number?@i match=string not_equals=-,number?@i not_match=string|
||application=32* network=32*
|cmd_args=string containers_only=bool exe_path=string exports=list(string) languages=string name=string namespace=string open_ports=string target_pids=list(number),-@j|kubernetes=6 sampler=7
|logs=bool? metrics=bool? traces=bool?|
|cmd_args=string containers_only=bool exe_path=string exports=list(string) languages=-,string@i name=string namespace=string open_ports=string target_pids=-,list(number)@i,-@j|kubernetes=6 sampler=7
|add_k8s_attributes=bool?,-@i add_k8s_ip_attribute=-,bool?@i,bool@j add_k8s_uid_attributes=-,bool?@i,bool@j attributes=map(string) use_k8s_labels_for_resource_attributes=-,bool?@i,bool@j use_labels=bool?,-@i|
|cert_path=string,-@i enable=bool,-@i external_deployment_name=-,string@i key_path=string,-@i port=number?,-@i timeout=duration?,-@i|
|debug=bool?,-@i disable_auto_restart=bool?,-@i,bool@j enabled_sdks=list(string) exporter_otlp_endpoint=-,string@i exporter_otlp_protocol=-,string@i host_mount_path=string,-@i host_path_volume=string,-@i image_version=-,string@i image_volume_path=-,string@g,-@i manage_sdk_versions=bool?,-@i otel_endpoint=string,-@i propagators=list(string),-@j sdk_package_version=string,-@i trace_propagators=-,list(string)@j|exclude_instrument=-,34*@i export=35,-@i instrument=36* otel_exported_signals=-,35@i resources=37 sampler=7,-@j trace_sampler=-,7@j webhook=38
|bpf_metric_scrape_interval=duration exporter=string|
|attach_timeout=duration debug=bool debug_instrumentation=bool enabled=bool?|
|enabled=bool sampling_interval=duration|
|duration_histogram=list(number) gen_ai_client_duration_histogram=list(number),-@j gen_ai_client_operation_duration_histogram=-,list(number)@j gen_ai_client_token_usage_histogram=-,list(number)@j gen_ai_token_usage_histogram=list(number),-@j request_size_histogram=list(number) response_size_histogram=list(number) stat_tcp_rtt_histogram=list(number)|
|bucket_factor=number max_bucket_number=number min_reset_duration=duration|
|path=string|
|asn_path=string country_path=string|
|cache_expiry=-,duration@j cache_len=number cache_ttl=duration,-@j ipinfo_path=string,-@j maxmind_asn_path=string,-@j maxmind_country_path=string,-@j|ipinfo=-,45@j maxmind=-,46@j
|cache_expiry=-,duration@j cache_len=number cache_ttl=duration,-@j type=string|
|agent_ip=-,string@7 agent_ip_iface=-,string@7 agent_ip_type=-,string@7 cache_active_timeout=-,duration@7 cache_max_flows=-,number@7 cidrs=-,list(string)@7 deduper=-,string@i deduper_fc_ttl=-,duration@i direction=-,string@7 enable=bool!,bool@8 exclude_interfaces=-,list(string)@7 exclude_protocols=-,list(string)@7 guess_ports=-,string@i interfaces=-,list(string)@7 listen_interfaces=-,string@i listen_poll_period=-,duration@i print_flows=-,bool@i protocols=-,list(string)@7 sampling=-,number@7 source=-,string@7|geo_ip=-,47@i reverse_dns=-,48@i
|allow_service_graph_self_references=-,bool@7 exemplar_filter=-,string@g extra_resource_labels=-,list(string)@c extra_span_resource_labels=-,list(string)@c features=list(string) instrumentations=list(string) native_histograms=-,bool@f,-@j span_service_cache_size=-,number@i,-@j ttl=-,duration@i|buckets=-,43@i native_histogram=-,44@i network=49
|enabled=bool?|
|logs=list(otelcol.Consumer) metrics=list(otelcol.Consumer) traces=list(otelcol.Consumer)|
|ignore_mode=string ignored_patterns=list(string) max_path_segment_cardinality=-,number@d patterns=list(string) unmatched=string wildcard_char=-,string@7|
|agent_ip=string agent_ip_iface=string agent_ip_type=string cidrs=list(string) print_stats=bool|geo_ip=-,47@i reverse_dns=-,48@i
|instrumentations=list(string)|sampler=7
|debug=-,bool@3 enforce_sys_caps=-,bool@7 executable_name=string log_level=-,string@j open_port=string trace_printer=-,string@8|attributes=5 discovery=14 ebpf=-,31@7 filters=-,33@7 injector=-,39@f internal_metrics=-,40@j javaagent=-,41@j jvm_runtime_metrics=-,42@j metrics=-,50@3 nodejs=-,51@j output=52 routes=53 stats=-,54@g traces=-,55@b
|arn=string!|
|resource_group=string! server_name=string subscription_id=string!|
|connection_name=string!|
||aws=57 azure=-,58@d gcp=-,59@g
|enabled=bool!|
||aws=57 azure=58 gcp=59
|data_source_name=secret!|cloud_provider=62
|collect_interval=duration:"1m" explain_plan_exclude_schemas=list(string),-@d initial_lookback=duration:"24h" per_collect_ratio=number:1|
|collect_interval=duration:"1h"|
|collect_interval=duration:"30s" threshold=duration:"1s"|
|database=string:"heartbeat" table=string:"heartbeat" utc=bool|
|min_time=number processes_by_host=bool:true processes_by_user=bool:true|
|databases=string:"*"|
|privileges=bool|
|exclude_schemas=-,list(string)@g limit=number:250 text_limit=number:120 time_limit=number:86400|
|filter=string:".*" remove_prefix=string:"/var/lib/mysql"|
|remove_prefix=string:"memory/"|
|data_source_name=secret disable_collectors=list(string) enable_collectors=list(string) enable_lock_wait_timeout=-,bool:true@g lock_wait_timeout=number:2 log_slow_filter=bool set_collectors=list(string)|heartbeat=67 info_schema.processlist=68 info_schema.tables=69 mysql.user=70 perf_schema.eventsstatements=71 perf_schema.file_instances=72 perf_schema.memory_events=73
|collect_interval=duration:"1m" statements_limit=-,number:250@d|
|auto_enable_setup_consumers=bool collect_interval=duration:"1m",duration:"10s"@c disable_query_redaction=bool enable_pre_classified_wait_events=-,bool@h sample_min_duration=-,duration@f setup_consumers_check_interval=duration:"1h" wait_event_min_duration=-,duration:"1µs"@f|
|cache_enabled=bool:true,bool?@h cache_size=number:256,number?@h cache_ttl=duration:"10m",duration?@h collect_interval=duration:"1m"|
|auto_update_setup_actors=bool collect_interval=duration:"1h"|
|allow_update_performance_schema_settings=-,bool@b collect_interval=duration:"10s",duration:"1m"@7,-@b data_source_name=secret!,secret@j disable_collectors=-,list(string)@7 disable_query_redaction=-,bool@9,-@b enable_collectors=-,list(string)@7 exclude_schemas=-,list(string)@d,list(string):["alloydbadmin"%2C"alloydbmetadata"%2C"azure_maintenance"%2C"azure_sys"%2C"cloudsqladmin"%2C"rdsadmin"]@g explain_plan_collect_interval=-,duration:"1m"@a,-@b explain_plan_initial_lookback=-,duration:"24h"@a,-@b explain_plan_per_collect_ratio=-,number:1@a,-@b forward_to=list(LogsReceiver)! locks_collect_interval=-,duration:"30s"@a,-@b locks_threshold=-,duration:"1s"@a,-@b query_samples_enabled=bool:true,-@7 setup_consumers_collect_interval=-,duration:"1h"@9,-@b targets=-,list(target)@b,list(target)!@c,list(target)@g use_tidb_parser=-,bool@8,-@9|cloud_provider=-,60@b clustering=-,61@j database_instance=-,63*"@j explain_plans=-,64@b health_check=-,65@d locks=-,66@b prometheus_exporter=-,74@f query_details=-,75@b query_samples=-,76@b schema_details=-,77@b setup_actors=-,78@d setup_consumers=-,65@b
|collect_interval=duration:"1m" explain_plan_exclude_schemas=list(string),-@d per_collect_ratio=number:1|
|enable_error_logs_processing=bool|
|database_allowlist=list(string) database_denylist=list(string) enabled=bool|
|exclude_databases=list(string) exclude_users=list(string) include_query=bool limit=number query_length=number|
|custom_queries_config_path=string data_source_names=list(secret) disable_default_metrics=bool disable_settings_metrics=bool enabled_collectors=list(string)|autodiscovery=82 stat_statements=83
|collect_interval=duration:"1m" statements_limit=-,number:100@f|
|collect_interval=duration:"15s",duration:"10s"@i disable_query_redaction=bool enable_pre_classified_wait_events=-,bool@h exclude_current_user=-,bool:true@d,bool?@h|
|collect_interval=duration:"1m",-@b data_source_name=secret! disable_collectors=-,list(string)@b enable_collectors=-,list(string)@b exclude_current_user=-,bool:true@h exclude_databases=-,list(string)@d,list(string):["alloydbadmin"%2C"alloydbmetadata"%2C"azure_maintenance"%2C"azure_sys"%2C"cloudsqladmin"%2C"rdsadmin"]@g exclude_users=-,list(string)@e,list(string):["azuresu"%2C"cloudsqladmin"%2C"db-o11y"%2C"rdsadmin"]@g forward_to=list(LogsReceiver)! targets=-,list(target)@b,list(target)!@c,list(target)@g|cloud_provider=-,60@c explain_plans=-,80@c health_check=-,65@d logs=-,81@i prometheus_exporter=-,84@f query_details=-,85@b query_samples=-,86@b schema_details=-,77@c
|collect_interval=duration:"1m"|
|collect_interval=duration:"1m" statements_limit=number:50 statements_lookback=duration:"1h"|
|data_source_name=secret! disable_collectors=list(string) enable_collectors=list(string) exclude_databases=list(string):["alloydbadmin"%2C"alloydbmetadata"%2C"azure_maintenance"%2C"azure_sys"%2C"cloudsqladmin"%2C"rdsadmin"] exclude_schemas=list(string):["alloydbadmin"%2C"alloydbmetadata"%2C"azure_maintenance"%2C"azure_sys"%2C"cloudsqladmin"%2C"rdsadmin"] forward_to=list(LogsReceiver)! targets=list(target)|cloud_provider=-,62@j query_details=-,88@j query_metrics=-,89@j schema_details=88
|credentials=secret credentials_file=string type=string|
|password=secret password_file=string username=string|
|name=string! values=list(string)!|
|ca_file=string ca_pem=string cert_file=string cert_pem=string insecure_skip_verify=bool key_file=string key_pem=secret min_version=string(config.TLSVersion) server_name=string|
|client_id=string client_secret=secret client_secret_file=string endpoint_params=map(string) no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) scopes=list(string) token_url=string|tls_config=94
|access_key=string bearer_token=secret bearer_token_file=string clusters=list(string) enable_http2=bool:true endpoint=string external_id=string follow_redirects=bool:true http_headers=map(list(secret)) no_proxy=string port=number profile=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration region=string request_concurrency=number role=string! role_arn=string secret_key=secret|authorization=91 basic_auth=92 filter=93* oauth2=95 tls_config=94
|client_id=string!|
|client_id=string! client_secret=secret! tenant_id=string!|
|tenant_id=string|
||
|enable_http2=bool:true environment=string~:"AzurePublicCloud",string:"AzurePublicCloud"@b follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"5m" resource_group=string subscription_id=string|managed_identity=97 oauth=98 sdk_auth=-,99@j tls_config=94 workload_identity=-,100@j
|allow_stale=bool:true bearer_token=secret bearer_token_file=string datacenter=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 namespace=string no_proxy=string node_meta=map(string) partition=string password=secret proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"30s" scheme=string:"http" server=string:"localhost:8500" services=list(string) tag_separator=string:"%2C" tags=list(string) token=secret username=string|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|datacenter=string password=secret refresh_interval=duration:"30s" scheme=string:"http" server=string:"localhost:8500" services=list(string) tag_separator=string:"%2C" tags=list(string) token=secret username=string|tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m"|
|names=list(string)! port=number refresh_interval=duration:"30s" type=string:"SRV"|
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true host=string! host_networking_host=string:"localhost" http_headers=-,map(list(secret))@8 match_first_network=-,bool:true@7 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m"|authorization=91 basic_auth=92 filter=93* oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true host=string! http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" role=string!|authorization=91 basic_auth=92 filter=93* oauth2=95 tls_config=94
|access_key=string bearer_token=secret bearer_token_file=string enable_http2=bool:true endpoint=string follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 profile=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" region=string role_arn=string secret_key=secret|authorization=91 basic_auth=92 filter=93* oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"30s" server=string!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|files=list(string)! refresh_interval=duration:"5m"|
|filter=string port=number:80 project=string! refresh_interval=duration:"1m" tag_separator=string:"%2C" zone=string!|
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" role=string!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" url=string(config.URL)!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string datacenter_id=string! enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m"|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 namespaces=list(string) no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration url=string(config.URL):"https://localhost:10250"|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|namespace=-,bool@c node=bool|
|names=list(string) own_namespace=bool|
|field=string label=string role=string!|
|api_server=string(config.URL) bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 kubeconfig_file=string no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) role=string!|attach_metadata=116 authorization=91 basic_auth=92 namespaces=117 oauth2=95 selectors=118* tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true fetch_timeout=duration:"2m" follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"30s" server=string!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|access_key=string bearer_token=secret bearer_token_file=string enable_http2=bool:true endpoint=string follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 profile=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" region=string role_arn=string secret_key=secret|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" region=-,string@7 tag_separator=string:"%2C"|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|auth_token=secret auth_token_file=string bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"30s" servers=list(string)!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|paths=list(string)! servers=list(string)! timeout=duration:"10s"|
|allow_stale=bool:true bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 namespace=string:"default" no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" region=string:"global" server=string:"http://localhost:4646" tag_separator=string:"%2C"|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|all_tenants=bool application_credential_id=string application_credential_name=string application_credential_secret=secret availability=string:"public" domain_id=string domain_name=string identity_endpoint=string password=secret port=number:80 project_id=string project_name=string refresh_interval=duration:"1m" region=string! role=string! userid=string username=string|tls_config=94
|application_key=string! application_secret=secret! consumer_key=secret! endpoint=string:"ovh-eu" refresh_interval=duration:"1m" service=string!|
|cgroup_path=-,bool@6 commandline=bool:true container_id=bool:true cwd=bool:true exe=bool:true uid=bool username=bool|
|join=list(target) refresh_interval=duration:"1m"|discover_config=128
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 include_parameters=bool no_proxy=string port=number:80 proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) query=string! refresh_interval=duration:"1m" url=string!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|action=string(relabel.Action):"replace" modulus=number regex=string(relabel.Regexp):"(.*)" replacement=string:"$1" separator=string:";" source_labels=list(string) target_label=string|
|targets=list(target)!|rule=131*
|access_key=string! api_url=string:"https://api.scaleway.com" enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 name_filter=string no_proxy=string port=number:80 project_id=string! proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" role=string(scaleway.Role)! secret_key=secret secret_key_file=string tags_filter=list(string) zone=string~:"fr-par-1",string:"fr-par-1"@j|tls_config=94
|account=string! dns_suffix=string! endpoint=string! groups=list(string) port=number:9163 refresh_interval=duration:"1m" role=string:"container" version=number:1|tls_config=94
|enable_http2=bool:true entitlement=string:"monitoring_entitled" follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string password=secret! proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) refresh_interval=duration:"1m" separator=string:"%2C" server=string! username=string!|tls_config=94
|logs=list(LogsReceiver) traces=list(otelcol.Consumer)|
|burst_size=number:100 enabled=bool:true rate=number:50 strategy=-,string(receiver.RateLimitingStrategy):"global"@c|
|api_key=secret cors_allowed_origins=list(string) include_metadata=bool listen_address=string:"127.0.0.1" listen_port=number:12347 max_allowed_payload_size=bytes~:"5MiB",bytes:"5MiB"@8|rate_limiting=137
|cleanup_check_interval=duration:"30s" error_cleanup_interval=duration:"1h" ttl=duration:"2562047h47m16.854775807s"|
|minified_path_prefix=string! path=string!|
|download=bool:true download_from_origins=list(string):["*"] download_timeout=duration:"1s"|cache=-,139%@d location=140*
|extra_log_labels=map(string) log_format=-,string(receiver.LogFormat):"logfmt"@7|output=136! server=138 sourcemaps=141
|detector=string(filedetector.Detector):"fsnotify" filename=string! is_secret=bool poll_frequency=duration:"1m"|
|ignore_older_than=-,duration@6 path_targets=list(target)! sync_period=duration:"10s"|
|forward_to=list(LogsReceiver)! labels_to_copy=list(string) logs_match_label=string target_match_label=string! targets=list(target)!|
|max_partial_line_size=number max_partial_line_size_truncate=bool max_partial_lines=number:100|
|drop_counter_reason=string expression=string longer_than=bytes older_than=duration separator=string source=string value=string|
|drop_invalid_labels=bool overwrite_existing=bool source=string:"message"|
|custom_lookups=map(string) db=string! db_type=string source=string!|
|drop_malformed=bool expressions=map(string)!,map(string)@h regex=-,string@h source=string?|
|values=list(string)!|
|source_type=-,string(stages.SourceType)@f values=map(string)!|
|burst=number! by_label_name=string drop=bool max_distinct_labels=number rate=number!|
|mapping=map(string)!,map(string)@h regex=-,string@h source=string|
|delimiters=-,string@c min_length=number replacement=string skip_regex=-,string@j source=string?|
|action=string drop_counter_reason=string pipeline_name=string selector=string!|stage.*=*.
|action=string! count_entry_bytes=bool description=string match_all=bool max_idle_duration=duration:"5m" name=string! prefix=string source=string value=string|
|action=string! description=string max_idle_duration=duration:"5m" name=string! prefix=string source=string value=string|
|buckets=list(number)! description=string max_idle_duration=duration:"5m" name=string! prefix=string source=string value=string|
||metric.counter=157*. metric.gauge=158*. metric.histogram=159*.
|firstline=string! max_lines=number:128 max_wait_time=duration:"3s" trim_newlines=-,bool:true@c|
|source=string!|
|ingest_timestamp=bool:true labels=list(string)!|
|labels_from_groups=bool pattern=string! source=string?|
|expression=string! labels_from_groups=-,bool@9 source=string?|
|expression=string! replace=string source=string|
|drop_counter_reason=string:"sampling_stage" rate=number!|
|source=string(stages.Source)?|
|values=map(string)!|
|regex=-,string@c values=map(string)!,map(string)@c|
|source=string! template=string!,string(stages.Template)!@g|
|label=string source=string value=string|
|action_on_duplicate_timestamp=-,string@h action_on_failure=string fallback_formats=list(string) format=string! location=string? source=string!|
|limit=bytes! source_type=string,string(stages.TruncateSourceType)@d,string(stages.SourceType)@f,string(stages.SourceType):"line"@g sources=list(string) suffix=string|
||rule=174!*
|forward_to=list(LogsReceiver)!|stage.cri=146*. stage.decolorize=100*. stage.docker=100*. stage.drop=147*. stage.eventlogmessage=148*. stage.geoip=149*. stage.json=150*. stage.label_drop=151*. stage.label_keep=151*. stage.labels=152*. stage.limit=153*. stage.logfmt=154*. stage.luhn=155*. stage.match=156*. stage.metrics=160*. stage.multiline=161*. stage.output=162*. stage.pack=163*. stage.pattern=-,164*.@b stage.regex=165*. stage.replace=166*. stage.sampling=167*. stage.split_json=-,168*.@j stage.static_labels=169*. stage.structured_metadata=170*. stage.structured_metadata_drop=-,151*.@c stage.template=171*. stage.tenant=172*. stage.timestamp=173*. stage.truncate=-,175*.@c stage.windowsevent=-,148*.@7
|forward_to=list(LogsReceiver)! max_cache_size=number:10000|rule=131*
|match_type=string! name=string! value=string!|
||matcher=178*
|key=string! operator=string! values=list(string)|
|match_labels=map(string)|match_expression=180*
|address=string! bearer_token=secret bearer_token_file=string enable_http2=bool:true external_labels=-,map(string)@h follow_redirects=bool:true http_headers=-,map(list(secret))@8 loki_namespace_prefix=string:"alloy" loki_namespace_separator=-,string:"-"@h no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) sync_interval=duration:"30s" tenant_id=string use_legacy_routes=bool|authorization=91 basic_auth=92 extra_query_matchers=-,179@9 oauth2=95 rule_namespace_selector=181 rule_selector=181 tls_config=94
|allowlist=list(string),-@e drop_on_timeout=-,bool@f enable_entropy=-,bool@a,-@e forward_to=list(LogsReceiver)! gitleaks_config=string include_generic=bool,-@e label_timed_out=-,bool@g origin_label=-,string@9 partial_mask=number,-@e processing_timeout=-,duration@f rate=-,number:1@f redact_percent=-,number@e,number:80@f redact_with=string types=list(string),-@e|
|cert_file=string cert_pem=string cipher_suites=string client_auth_type=string client_ca=string client_ca_file=string key_file=string key_pem=secret min_version=string|
|conn_limit=number listen_address=string listen_port=number max_connection_age=duration:"2562047h47m16.854775807s" max_connection_age_grace=duration:"2562047h47m16.854775807s" max_connection_idle=duration:"2562047h47m16.854775807s" server_max_concurrent_streams=number:100 server_max_recv_msg_size=number:4194304 server_max_send_msg_size=number:4194304|tls=-,184@c
|enabled=bool idle_timeout=duration max_concurrent_streams=number:100 max_decoder_header_table_size=number:4096 max_encoder_header_table_size=number:4096 max_handlers=number max_read_frame_size=number max_upload_buffer_per_connection=number max_upload_buffer_per_stream=number permit_prohibited_ciphers=bool ping_timeout=duration:"15s" read_idle_timeout=duration write_byte_timeout=duration|
|conn_limit=number listen_address=string listen_port=number:8080 server_idle_timeout=duration:"2m" server_read_timeout=duration:"30s" server_write_timeout=duration:"30s"|http2=-,186%@d tls=-,184@c
|forward_to=list(LogsReceiver)! graceful_shutdown_timeout=duration:"30s" labels=map(string) max_send_message_size=-,bytes:"100MiB"@b relabel_rules=RelabelRules use_incoming_timestamp=bool|grpc=185% http=187%
|access_key=secret forward_to=list(LogsReceiver)! graceful_shutdown_timeout=duration:"30s" relabel_rules=RelabelRules use_incoming_timestamp=bool|grpc=185% http=187%
|connection_string=string,secret@4 mechanism=string! scopes=list(string)|
|assignor=string:"range" disallow_custom_messages=bool event_hubs=list(string)! forward_to=list(LogsReceiver)! fully_qualified_namespace=string! group_id=string:"loki.source.azure_event_hubs" labels=map(string):{"job":"loki.source.azure_event_hubs"} relabel_rules=RelabelRules use_incoming_timestamp=bool|authentication=190!
|additional_fields=list(string) api_token=secret! fields_type=string:"default",string(cloudflare.FieldsType):"default"@d forward_to=list(LogsReceiver)! labels=map(string) pull_range=duration:"1m" workers=number:3 zone_id=string!|
|bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL)|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|forward_to=list(LogsReceiver)! host=string! labels=map(string) refresh_interval=duration:"1m" relabel_rules=RelabelRules targets=list(target)!|http_client_config=193%
|enabled=bool! format=string(file.CompressionFormat)! initial_delay=duration|
|enabled=bool ignore_older_than=duration sync_period=duration:"10s"|
|max_poll_frequency=duration:"250ms" min_poll_frequency=duration:"250ms"|
|encoding=string forward_to=list(LogsReceiver)! legacy_positions_file=string on_positions_file_error=-,string(file.OnPositionsFileError):"restart_from_beginning"@c tail_from_end=bool targets=list(target)!|decompression=195 file_match=-,196@c file_watch=197
|max_outstanding_bytes=bytes:"1GiB" max_outstanding_messages=number:1000|
|labels=map(string) project_id=string! subscription=string! use_full_line=bool use_incoming_timestamp=bool|limit=-,199@f
|graceful_shutdown_timeout=duration:"30s" labels=map(string) push_timeout=duration use_full_line=bool use_incoming_timestamp=bool|grpc=185% http=187%
|forward_to=list(LogsReceiver)! relabel_rules=RelabelRules|pull=200 push=201
|forward_to=list(LogsReceiver)! listen_address=string:"0.0.0.0:12201" relabel_rules=RelabelRules use_incoming_timestamp=bool|
|forward_to=list(LogsReceiver)! graceful_shutdown_timeout=duration:"30s" labels=map(string) relabel_rules=RelabelRules use_incoming_timestamp=bool|grpc=185% http=187%
|file=string! name=string!|
|format_as_json=bool forward_to=list(LogsReceiver)! labels=map(string) matches=string max_age=duration:"7h" path=string relabel_rules=RelabelRules|legacy_position=-,205@b
|scopes=list(string)! token_provider=string!|
|mechanism=string~:"PLAIN",string:"PLAIN"@i password=secret use_tls=bool user=string|oauth_config=207 tls_config=94
|type=string:"none"|sasl_config=208 tls_config=94
|assignor=string:"range" brokers=list(string)! forward_to=list(LogsReceiver)! group_id=string:"loki.source.kafka" labels=map(string) relabel_rules=RelabelRules topics=list(string)! use_incoming_timestamp=bool version=string:"2.2.1"|authentication=209
|api_server=string(config.URL) bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 kubeconfig_file=string no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL)|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|forward_to=list(LogsReceiver)! targets=list(target)!|client=211 clustering=61
|forward_to=list(LogsReceiver)! job_name=string:"loki.source.kubernetes_events" log_format=string:"logfmt" namespaces=list(string)|client=211 clustering=-,61@g
|enabled=bool node_name=string|
|forward_to=list(LogsReceiver)! preserve_discovered_labels=-,bool@c tail_from_end=-,bool@b|client=211 clustering=61 namespace_selector=181 node_filter=-,214@b selector=181
|use_null_terminator_delimiter=bool|
|enable_all=bool hostname=bool message_counter=bool second_fractions=bool sequence_number=bool|
|address=string! idle_timeout=duration:"2m" label_structured_data=bool labels=map(string) max_message_length=number:8192 protocol=string:"tcp" rfc3164_default_to_current_year=-,bool@8 rfc5424_allow_empty_msg=-,bool@f syslog_format=-,string:"rfc5424"@5,string(config.SysLogFormat):"rfc5424"@6,string(config.SyslogFormat):"rfc5424"@d udp_host_cache_size=-,number:128@h udp_queue_size=-,number:10@h use_incoming_timestamp=bool use_rfc5424_message=bool|raw_format_options=-,216@d rfc3164_cisco_components=-,217@d tls_config=94
|forward_to=list(LogsReceiver)! relabel_rules=RelabelRules|listener=218!*
|bookmark_path=string eventlog_name=string exclude_event_data=bool exclude_event_message=bool exclude_user_data=bool forward_to=list(LogsReceiver)! labels=map(string) legacy_bookmark_path=string locale=number poll_interval=duration:"3s" use_incoming_timestamp=bool xpath_query=string:"*"|
|block_on_overflow=-,bool:true@e capacity=bytes~:"10MiB",bytes:"10MiB"@8 drain_timeout=duration:"15s" min_shards=-,number:1@d|
|batch_size=bytes~:"1MiB",bytes:"1MiB"@8 batch_wait=duration:"1s" bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true headers=map(string) http_headers=-,map(list(secret))@8 max_backoff_period=duration:"5m" max_backoff_retries=number:10 min_backoff_period=duration:"500ms" name=string no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) remote_timeout=duration:"10s" retry_on_http_429=bool:true tenant_id=string url=string!|authorization=91 basic_auth=92 oauth2=95 queue_config=221 tls_config=94
|drain_timeout=duration:"15s" enabled=bool max_read_frequency=duration:"1s" max_segment_age=duration:"1h" min_read_frequency=duration:"250ms"|
|external_labels=map(string) max_streams=number|endpoint=222* wal=223
|alertmanager_namespace=string strategy=string!~:"OnNamespace",string!:"OnNamespace"@i|
|address=string! bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true global_config=secret! http_headers=map(list(secret)) no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) sync_interval=duration:"5m" template_files=map(string)|alertmanagerconfig_matcher=-,225@d alertmanagerconfig_namespace_selector=181 alertmanagerconfig_selector=181 authorization=91 basic_auth=92 oauth2=95 tls_config=94
|match_type=string! name=string! value=string!,string@9 value_from_label=-,string@9|
||matcher=227*
|address=string! bearer_token=secret bearer_token_file=string enable_http2=bool:true external_labels=-,map(string)@3 follow_redirects=bool:true http_headers=-,map(list(secret))@8 mimir_namespace_prefix=string:"alloy" mimir_namespace_separator=-,string:"/"@h no_proxy=string prometheus_http_prefix=string:"/prometheus" proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) sync_interval=duration:"5m" tenant_id=string use_legacy_routes=bool|authorization=91 basic_auth=92 extra_query_matchers=-,228@5 oauth2=95 rule_namespace_selector=181 rule_selector=181 tls_config=94
|password=string!,secret@f password_file=-,string@f username=string!,string@f username_file=-,string@f|
|disable_high_cardinality_metrics=bool:true level=string:"detailed",string(config.Level):"detailed"@4|
|file=string inline=string|
|password=secret!,secret@d username=string!,string@d|client_auth=-,230@d debug_metrics=-,231@2 htpasswd=-,232@d
|header=-,string:"Authorization"@9 scheme=string:"Bearer" token=secret!|debug_metrics=-,231@2
|disable_high_cardinality_metrics=bool:true level=string(config.Level):"detailed"|
|audience=string project=string quota_project=string scopes=list(string):["https://www.googleapis.com/auth/cloud-platform"%2C"https://www.googleapis.com/auth/logging.write"%2C"https://www.googleapis.com/auth/monitoring.write"%2C"https://www.googleapis.com/auth/trace.append"] token_type=string~:"access_token",string:"access_token"@j|debug_metrics=235
|action=string(headers.Action):"upsert" from_attribute=-,string?@8 from_context=string? key=string! value=optionalsecret?|
||debug_metrics=-,231@2 header=237*
|auth=string enabled=bool owner_auth=string path=string|
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) curve_preferences=-,list(string)@7 include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool insecure=bool insecure_skip_verify=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration server_name=string|tpm=-,239@a
|audience=-,string@f claims=-,map(any)@f client_certificate_key=-,secret@f client_certificate_key_file=-,string@f client_certificate_key_id=-,string@f client_id=string client_id_file=string client_secret=secret client_secret_file=string endpoint_params=map(list(string)) expiry_buffer=-,duration~:"5m"@f,duration:"5m"@j grant_type=-,string:"client_credentials"@f iss=-,string@f scopes=list(string) signature_algorithm=-,string@f timeout=duration token_url=string!|debug_metrics=-,231@2 tls=240
|arn=string session_name=string sts_region=string|
|region=string service=string|assume_role=242 debug_metrics=-,231@2
|default_value=any key=string!|
|conditions=list(string) description=string name=string|attributes=244*
||datapoints=245* debug_metrics=235 logs=245* metrics=245* output=52! spanevents=245* spans=245*
|host_identifiers=list(string):["host.id"] metrics_flush_interval=duration:"1m"|debug_metrics=-,231@2 output=52!
|max_items=number:1000 ttl=duration:"2s"|
|cache_loop=duration:"1m" database_name_attribute=-,string:"db.name"@1,string@9,-@b database_name_attributes=-,list(string):["db.name"]@9,list(string)~:["db.name"]@d,list(string):["db.name"]@j dimensions=list(string) exponential_histogram_max_size=-,number@c latency_histogram_buckets=list(duration):["2ms"%2C"4ms"%2C"6ms"%2C"8ms"%2C"10ms"%2C"50ms"%2C"100ms"%2C"200ms"%2C"400ms"%2C"800ms"%2C"1s"%2C"1.4s"%2C"2s"%2C"5s"%2C"10s"%2C"15s"] metrics_flush_interval=duration,duration:"1m"@8 store_expiration_loop=duration:"2s" virtual_node_extra_label=-,bool@d virtual_node_peer_attributes=-,list(string)~:["peer.service"%2C"db.name"%2C"db.system"]@d,list(string):["peer.service"%2C"db.name"%2C"db.system"]@j|debug_metrics=-,231@2 output=52! store=248
|default_value=any key=string! optional=bool|
|count=string max_size=number:160 value=string!|
|value=string!|
|buckets=list(number):[2%2C4%2C6%2C8%2C10%2C50%2C100%2C200%2C400%2C800%2C1000%2C1400%2C2000%2C5000%2C10000%2C15000] count=string value=string!|
|conditions=list(string) description=string name=string! unit=string|attributes=250* exponential_histogram=251 gauge=252 histogram=253 include_resource_attributes=250* sum=252
|error_mode=string(ottl.ErrorMode):"propagate"|datapoints=254* debug_metrics=235 logs=254* output=52! spans=254*
|duration_key=string:"dur" logs_instance_tag=string:"traces" service_key=string:"svc" span_name_key=string:"span" status_key=string:"status" trace_id_key=string:"tid"|
|event_attributes=-,list(string)@7 events=-,bool@7 labels=list(string) process_attributes=list(string) processes=bool roots=bool span_attributes=list(string) spans=bool|output=52! overrides=256
|default=string? glob=-,string@j name=string!,string@j|
|enabled=bool|dimension=258*
|enabled=bool max_per_data_point=number?,number:5@b|
|buckets=list(duration):["2ms"%2C"4ms"%2C"6ms"%2C"8ms"%2C"10ms"%2C"50ms"%2C"100ms"%2C"200ms"%2C"400ms"%2C"800ms"%2C"1s"%2C"1.4s"%2C"2s"%2C"5s"%2C"10s"%2C"15s"]|
|max_size=number:160|
|disable=bool unit=string:"ms"|dimension=-,258*@a explicit=261 exponential=262
|aggregation_cardinality_limit=-,number@9 aggregation_temporality=string:"CUMULATIVE" dimensions_cache_size=number:1000,number@9 exclude_dimensions=list(string) include_collector_instance_id=-,bool@i include_instrumentation_scope=-,list(string)@9 metric_timestamp_cache_size=-,number:1000@3 metrics_expiration=-,duration@1 metrics_flush_interval=duration:"15s",duration:"1m"@1 namespace=string,string:"traces.span.metrics"@5 resource_metrics_cache_size=number:1000 resource_metrics_key_attributes=list(string) series_expiration=-,duration@i|calls_dimension=-,258*@a debug_metrics=-,231@2 dimension=258* events=259 exemplars=260 histogram=263! output=52!
|type=string:"otlp_json"|
|s3_bucket=-,string@c s3_prefix=string!|
|acl=-,string:"private"@8,string@9 compression=string(configcompression.Type),string(configcompression.Type):"none"@8 disable_ssl=bool endpoint=string file_prefix=string region=string:"us-east-1" retry_max_attempts=-,number~:3@a,number:3@j retry_max_backoff=-,duration~:"20s"@a,duration:"20s"@j retry_mode=-,string~:"standard"@a,string:"standard"@j role_arn=string s3_base_prefix=-,string@c s3_bucket=string! s3_force_path_style=bool s3_partition=string,-@8 s3_partition_format=-,string:"year=%25Y/month=%25m/day=%25d/hour=%25H/minute=%25M"@8 s3_partition_timezone=-,string@c s3_prefix=string! storage_class=-,string:"STANDARD"@8 unique_key_func_name=-,string@g|
|flush_timeout=duration,duration:"200ms"@d max_size=number,number:3000@d min_size=number,number:2000@d sizer=string,string:"items"@d|
|block_on_overflow=-,bool@9 blocking=bool,-@b enabled=bool:true num_consumers=number:10 queue_size=number:1000 sizer=-,string:"requests"@9 storage=-,otelcol.ExtensionHandler?@9 wait_for_result=-,bool@b|batch=-,268@b
|encoding=string,-@7 encoding_file_ext=string,-@7 timeout=-,duration:"5s"@9|debug_metrics=231 marshaler=265 resource_attrs_to_s3=-,266@9 s3_uploader=267! sending_queue=-,269@7
|api_key=secret! fail_on_invalid_key=bool site=string:"datadoghq.com"|
|disable_keep_alives=bool idle_conn_timeout=duration?,duration:"1m30s"@8 insecure_skip_verify=bool max_conns_per_host=number?,number@8 max_idle_conns=number?,number:100@8 max_idle_conns_per_host=number?,number@8 read_buffer_size=number timeout=duration:"15s" write_buffer_size=number|
|enabled=bool:true hostname_source=string:"config_or_system" tags=list(string)|
|batch_wait=number:5 compression_level=number:6 endpoint=string use_compression=bool:true|
|instrumentation_scope_metadata_as_tags=bool,bool:true@a resource_attributes_as_tags=bool|
|mode=string:"distributions" send_aggregation_metrics=bool|
|mode=string:"gauges",string~:"gauges"@5,string:"gauges"@j|
|cumulative_monotonic_mode=string:"to_delta",string~:"to_delta"@5,string:"to_delta"@j initial_cumulative_monotonic_value=string:"auto",string~:"auto"@5,string:"auto"@j|
|delta_ttl=number:3600 endpoint=string|exporter=275 histograms=276 summaries=277 sums=278
|enabled=bool:true initial_interval=duration:"5s" max_elapsed_time=duration:"5m" max_interval=duration:"30s" multiplier=number:1.5 randomization_factor=number:0.5|
|block_on_overflow=-,bool@9 blocking=-,bool@7,-@b enabled=bool:true num_consumers=number:10 queue_size=number:1000 sizer=-,string:"requests"@9 storage=-,otelcol.ExtensionHandler?@9 wait_for_result=-,bool@b|batch=-,268@b
|compute_stats_by_span_kind=bool compute_top_level_by_span_kind=bool endpoint=string ignore_resources=list(string) peer_tags=list(string) peer_tags_aggregation=bool span_name_as_resource_name=bool span_name_remappings=map(string) trace_buffer=number|
|hostname=string hostname_detection_timeout=-,duration:"25s"@a only_metadata=bool|api=271! client=272 debug_metrics=235 host_metadata=273 logs=-,274@5 metrics=279 retry_on_failure=280 sending_queue=281 traces=282
|output_paths=-,list(string)@f sampling_initial=number:2 sampling_thereafter=number:1 use_internal_logger=bool:true verbosity=string:"basic"|debug_metrics=231
|level=number!|
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) curve_preferences=list(string) include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool insecure=bool insecure_skip_verify=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration server_name=string|tpm=239
|auth=otelcol.Handler? compression=string(otelcol.CompressionType):"gzip" disable_keep_alives=bool endpoint=string! force_attempt_http2=-,bool:true@d headers=map(string) http2_ping_timeout=duration http2_read_idle_timeout=duration idle_conn_timeout=duration:"1m30s" max_conns_per_host=number max_idle_conns=number:100 max_idle_conns_per_host=number proxy_url=string read_buffer_size=bytes timeout=duration:"30s" write_buffer_size=bytes:"512KiB"|compression_params=285 cookies=20 tls=286
|block_on_overflow=bool blocking=bool,-@b enabled=bool:true num_consumers=number:10 queue_size=number:1000 sizer=string:"requests" storage=otelcol.ExtensionHandler? wait_for_result=-,bool@b|batch=-,268@b
||client=287! debug_metrics=235 retry_on_failure=280 sending_queue=288
|enabled=bool max_open_files=number:100 resource_attribute=string:"fileexporter.path_segment"|
|localtime=bool max_backups=number:100 max_days=number max_megabytes=number:100|
|append=bool compression=string encoding=string flush_interval=duration:"1s" format=string:"json" path=string!|compression_params=-,285@j debug_metrics=235 group_by=290 rotation=291
|delegates=list(string) subject=string target_principal=string|
|prefix=string regex=string|
|compression=string default_log_name=string endpoint=string:"logging.googleapis.com:443" error_reporting_type=bool grpc_pool_size=number resource_filters=list(object)^294 service_resource_labels=bool:true use_insecure=bool|
|directory=string max_backoff=duration|
|compression=string create_metric_descriptor_buffer_size=number:10 create_service_timeseries=bool cumulative_normalization=bool:true endpoint=string:"monitoring.googleapis.com:443" grpc_pool_size=number instrumentation_library_labels=bool:true known_domains=list(string):["googleapis.com"%2C"kubernetes.io"%2C"istio.io"%2C"knative.dev"] prefix=string:"workload.googleapis.com" resource_filters=list(object)^294 service_resource_labels=bool:true skip_create_descriptor=bool sum_of_squared_deviation=bool use_insecure=bool|experimental_wal=296
|key=string! replacement=string!|
|attribute_mappings=list(object)^298 endpoint=string:"cloudtrace.googleapis.com:443" grpc_pool_size=number use_insecure=bool|
|destination_project_quota=bool project=string user_agent=string:"opentelemetry-collector-contrib%20{{version}}"|debug_metrics=235 impersonate=293 log=295 metric=297 sending_queue=288 trace=299
|enabled=bool from_resource_attribute=string remove_resource_attribute=bool|
|block_on_overflow=bool enabled=bool:true num_consumers=number:10 queue_size=number:1000 sizer=string:"requests" storage=otelcol.ExtensionHandler? wait_for_result=bool|batch=268
|allowed_drift=duration behavior=string|
|compression=string endpoint=string insecure=bool project=string timeout=duration:"12s" topic=string! universe_domain=-,string@j user_agent=string:"opentelemetry-collector-contrib%20{{version}}"|debug_metrics=235 ordering=301 retry_on_failure=280 sending_queue=302 watermark=303
|config_file=string disable_fast_negotiation=-,bool@3 keytab_file=string password=secret realm=string service_name=string use_keytab=bool username=string!|
|password=secret! username=string!|
|broker_addr=string!,-@b region=string!|
|mechanism=string! password=secret! username=string! version=number|aws_msk=307
||kerberos=305 plaintext=306 sasl=308 tls=240
|encoding=string message_key_from_metadata_key=-,string@i topic=string topic_from_metadata_key=-,string@c|
|backoff=duration:"250ms" max_retries=number:3|
|full=-,bool:true@9 include_all_topics=bool:true,-@9 refresh_interval=-,duration:"10m"@9|retry=311
|level=number|
|allow_auto_topic_creation=-,bool:true@c compression=string:"none" flush_max_messages=number,number:10000@f linger=-,duration:"10ms"@j max_broker_write_bytes=-,number:104857600@j max_message_bytes=number:1000000 required_acks=number:1|compression_params=-,313@a
|hasher=string:"sarama_compat"|
|least_backup=bool round_robin=bool|sticky_key=315%
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) curve_preferences=list(string) include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool insecure=bool insecure_skip_verify=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration server_name=string|tpm=-,239@a
|brokers=list(string):["localhost:9092"] client_id=string:"sarama",string:"otel-collector"@c conn_idle_timeout=-,duration:"9m"@f encoding=string:"otlp_proto",string@9 include_metadata_keys=-,list(string)@c partition_logs_by_resource_attributes=-,bool@c partition_logs_by_trace_id=-,bool@c partition_metrics_by_resource_attributes=bool partition_traces_by_id=bool protocol_version=string! resolve_canonical_bootstrap_servers_only=bool timeout=duration:"5s" topic=string topic_from_attribute=string|authentication=309 debug_metrics=231 logs=-,310@9 metadata=312 metrics=-,310@9 producer=314 record_partitioner=-,316%@i retry_on_failure=280 sending_queue=281 tls=-,317@9 traces=-,310@9
|disable_high_cardinality_metrics=bool:true level=-,string:"detailed"@2,string(config.Level):"detailed"@4|
|ping_response_timeout=duration ping_wait=duration ping_without_stream=bool|
|auth=otelcol.Handler? authority=string balancer_name=string:"pick_first",string:"round_robin"@3 compression=string(otelcol.CompressionType):"gzip" headers=map(string) read_buffer_size=bytes wait_for_ready=bool write_buffer_size=bytes:"512KiB"|keepalive=320 tls=240
|timeout=duration:"5s"|client=321! queue=281 retry=280
||otlp=322!
|health_status=string:"HEALTHY" interval=duration:"30s" namespace=string! owner_account=-,string@i port=number? service_name=string! timeout=duration:"5s"|
|hostname=string! interval=duration:"5s" port=string:"4317" timeout=duration:"1s"|
|ports=list(number):[4317] return_hostnames=-,bool@6 service=string! timeout=-,duration:"1s"@1,duration:"1m"@j|
|hostnames=list(string)!|
||aws_cloud_map=-,324@1 dns=325 kubernetes=326 static=327
|routing_key=string:"traceID" timeout=-,duration@6|debug_metrics=319 protocol=323! resolver=328! retry_on_failure=-,280@6 sending_queue=-,281@6
|sampling_initial=number:2 sampling_thereafter=number:500 verbosity=string(configtelemetry.Level)~:"Normal"|debug_metrics=319
|forward_to=list(LogsReceiver)!|
|auth=otelcol.Handler? authority=string balancer_name=string:"pick_first",string:"round_robin"@3 compression=string(otelcol.CompressionType):"gzip" endpoint=string! headers=map(string) read_buffer_size=bytes wait_for_ready=bool write_buffer_size=bytes:"512KiB"|keepalive=320 tls=240
|timeout=duration:"5s"|client=332! debug_metrics=319 retry_on_failure=280 sending_queue=281
|auth=otelcol.Handler? compression=string(otelcol.CompressionType):"gzip" disable_keep_alives=bool endpoint=string! force_attempt_http2=-,bool:true@d headers=map(string) http2_ping_timeout=duration:"15s" http2_read_idle_timeout=duration idle_conn_timeout=duration:"1m30s" max_conns_per_host=number?,number@8 max_idle_conns=number:100 max_idle_conns_per_host=number?,number@8 proxy_url=-,string@5 read_buffer_size=bytes timeout=duration:"30s" write_buffer_size=bytes:"512KiB"|compression_params=-,285@7 cookies=-,20@3 tls=240
|encoding=string:"proto" logs_endpoint=string metrics_endpoint=string traces_endpoint=string|client=334! debug_metrics=319 retry_on_failure=280 sending_queue=281
|add_metric_suffixes=bool:true convert_classic_histograms_to_nhcb=-,bool@h forward_to=list(MetricsReceiver)! gc_frequency=duration:"5m" honor_metadata=-,bool@d include_scope_info=bool include_scope_labels=bool:true include_target_info=bool:true keep_identifying_resource_attributes=-,bool@h resource_to_telemetry_conversion=bool start_timestamp_zero_ingestion=-,bool@j|
|disable_keep_alives=bool endpoint=string! force_attempt_http2=-,bool:true@d idle_conn_timeout=duration?,duration:"1m30s"@8 insecure_skip_verify=bool max_conns_per_host=number?,number@8 max_idle_conns=number?,number:100@8 max_idle_conns_per_host=number?,number@8 read_buffer_size=number timeout=duration:"15s" write_buffer_size=number|
|host=string:"host.name" index=string:"com.splunk.index" source=string:"com.splunk.source" sourcetype=string:"com.splunk.sourcetype"|
|enabled=bool flush_timeout=duration:"200ms",duration@b max_size=-,number@8 max_size_items=number,-@8 min_size=-,number:8192@8,number@b min_size_items=number:8192,-@8 sizer=-,string:"items"@8,string@b|
|interval=duration startup=bool|
|severity_number=string severity_text=string|
|enabled=bool extra_attributes=map(string) override_metrics_names=map(string)|
|disable_compression=bool export_raw=bool health_check_enabled=bool health_path=string:"/services/collector/health" index=string log_data_enabled=bool:true max_content_length_logs=number:2097152 max_content_length_metrics=number:2097152 max_content_length_traces=number:2097152 max_event_size=number:5242880 profiling_data_enabled=bool:true source=string sourcetype=string splunk_app_name=string:"Alloy" splunk_app_version=string token=secret! use_multi_metric_format=bool|batcher=339,-@i heartbeat=340 otel_to_hec_fields=341 telemetry=342
||client=337! debug_metrics=235 otel_attrs_to_hec_metadata=-,338@b retry_on_failure=280 sending_queue=281 splunk=343!
|enable_octet_counting=bool endpoint=string! network=string~:"tcp",string:"tcp"@i port=number:514 protocol=string(config.SysLogFormat):"rfc5424" timeout=duration:"5s"|debug_metrics=235 retry_on_failure=280 sending_queue=281 tls=240
|min_time=duration permit_without_stream=bool|
|max_connection_age=duration max_connection_age_grace=duration max_connection_idle=duration time=duration timeout=duration|
||enforcement_policy=346 server_parameters=347
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) client_ca_file=string curve_preferences=-,list(string)@7 include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration|tpm=-,239@a
|auth=-,otelcol.Handler?@6 endpoint=string:"0.0.0.0:14250" include_metadata=bool max_concurrent_streams=number max_recv_msg_size=bytes read_buffer_size=bytes transport=string:"tcp" write_buffer_size=bytes|keepalive=348 tls=349
|allowed_headers=list(string) allowed_origins=list(string) exposed_headers=-,list(string)@j max_age=number|
|auth=-,otelcol.Handler?@6 compression_algorithms=-,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"]@3,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"]@5 endpoint=string:"0.0.0.0:5778" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i write_timeout=-,duration:"30s"@i|cors=351 tls=349
|content=string file=string reload_interval=duration|remote=332
||debug_metrics=-,231@2 grpc=350 http=352 source=353!
|action=string! converted_type=string from_attribute=string from_context=string key=string!,string@5 pattern=string value=any|
|key=string! value=any|
|name=string! version=string?|
|match_undefined=bool! min=string(otelcol.SeverityLevel)!|
|cache_enabled=bool cache_max_num_entries=number|
|log_bodies=list(string) log_severity_texts=list(string) match_type=string! metric_names=list(string) services=list(string) span_kinds=list(string) span_names=list(string)|attribute=356* library=357* log_severity=358 regexp=359 resource=356*
||action=355* debug_metrics=-,231@2 exclude=360 include=360 output=52!
|metadata_cardinality_limit=number:1000 metadata_keys=list(string) send_batch_max_size=number,number:3000@b send_batch_size=number:8192,number:2000@b timeout=duration:"200ms"|debug_metrics=-,231@2 output=52!
|match_type=string metric_types=list(string) metrics=list(string)|
|initial_value=string:"auto" max_staleness=duration|debug_metrics=235 exclude=363 include=363 output=52!
|max_stale=duration:"5m" max_streams=number,number:9223372036854776000@5|debug_metrics=231 output=52!
|operation_type=string:"upsert" pod_associations=list(string):["ip"%2C"net.host.ip"%2C"k8s.pod.ip"%2C"hostname"%2C"connection"] targets=list(target)!|output=52!
|conditions=list(string)! context=string|
|log_record=list(string)|
|datapoint=list(string) metric=list(string)|
|span=list(string) spanevent=list(string)|
|error_mode=string(ottl.ErrorMode)~:"propagate",string(ottl.ErrorMode):"ignore"@i|debug_metrics=-,231@2 log_conditions=-,367*@f logs=368 metric_conditions=-,367*@f metrics=369 output=52! trace_conditions=-,367*@f traces=370
|keys=list(string)|debug_metrics=235 output=52!
|gauge=bool summary=bool|
|interval=duration:"1m"|debug_metrics=235 output=52! passthrough=-,373@5
|name=string!|
||pod=375*%
|from=string key=string key_regex=string regex=string,-@8 tag_name=string|
|deployment_name_from_replicaset=-,bool@c,bool:true@i metadata=list(string) otel_annotations=-,bool@9|annotation=377* label=377*
|key=string! op=string value=string!|
|namespace=string node=string|field=379* label=379*
|from=string! name=string|
||source=381!*
|auth_type=string passthrough=bool pod_delete_grace_period=-,duration:"2m"@j wait_for_metadata=-,bool@6 wait_for_metadata_timeout=-,duration:"10s"@6 watch_sync_period=-,duration:"5m"@i|debug_metrics=-,231@2 exclude=376 extract=378 filter=380 output=52! pod_association=382*
|check_interval=duration! limit=bytes limit_percentage=number spike_limit=bytes spike_limit_percentage=number|debug_metrics=-,231@2 output=52!
|gc_interval=duration:"10m" start_time_metric_regex=string strategy=string:"true_reset_point"|debug_metrics=235 output=52!
|attribute_source=string:"traceID" fail_closed=-,bool:true@2 from_attribute=string hash_seed=number mode=-,string@3 sampling_percentage=number sampling_precision=-,number:4@3 sampling_priority=string|debug_metrics=-,231@2 output=52!
|attributes=list(string) enabled=bool|
|sanitize_span_name=bool?|es=387 memcached=387 mongo=387 opensearch=387 redis=387 sql=387 valkey=387
|attributes=list(string) enabled=bool sanitize_span_name=bool?|
|allow_all_keys=bool allowed_keys=list(string) allowed_values=list(string) blocked_key_patterns=list(string) blocked_values=list(string) hash_function=string hmac_key=secret ignored_key_patterns=list(string) ignored_keys=list(string) redact_all_types=bool summary=string|db_sanitizer=388 debug_metrics=235 output=52! url_sanitizer=389
|enabled=bool!:true|
||cloud.provider=391 cloud.region=391 host.id=391 host.name=391
|fail_on_missing_metadata=bool,-@f|resource_attributes=392
||cloud.platform=391 cloud.provider=391 k8s.cluster.name=61
||resource_attributes=394
||cloud.account.id=391 cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391 host.id=391 host.image.id=391 host.name=391 host.type=391
|fail_on_missing_metadata=bool|resource_attributes=396
||azure.resourcegroup.name=391 azure.vm.name=391 azure.vm.scaleset.name=391 azure.vm.size=391 cloud.account.id=391 cloud.availability_zone=-,61@c cloud.platform=391 cloud.provider=391 cloud.region=391 host.id=391 host.name=391
|tags=-,list(string)@2|resource_attributes=398
||cloud.region=391 host.id=391 host.name=391
|address=string datacenter=string meta=list(string) namespace=string token=secret|resource_attributes=400
||resource_attributes=392
||host.name=391 os.type=391
||resource_attributes=403
||dt.entity.host=391 dt.smartscape.host=-,391@c host.name=391
||resource_attributes=405,-@f
|fail_on_missing_metadata=-,bool@7 max_attempts=-,number:3@7 max_backoff=-,duration:"20s"@7 tags=list(string) tags_from_imds=-,bool@f|resource_attributes=396
||aws.ecs.cluster.arn=391 aws.ecs.launchtype=391 aws.ecs.task.arn=391 aws.ecs.task.family=391 aws.ecs.task.id=391 aws.ecs.task.revision=391 aws.log.group.arns=391 aws.log.group.names=391 aws.log.stream.arns=391 aws.log.stream.names=391 cloud.account.id=391 cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391
||resource_attributes=408
||cloud.account.id=-,61@7 cloud.platform=391 cloud.provider=391 k8s.cluster.name=61
|node_from_env_var=-,string:"K8S_NODE_NAME"@f|resource_attributes=410
||cloud.platform=391 cloud.provider=391 deployment.environment=391 service.instance.id=391 service.version=391
||resource_attributes=412
|enabled=bool!:true,bool!@f|
||cloud.account.id=391 cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391 faas.id=414 faas.instance=391 faas.name=391 faas.version=391 gcp.cloud_run.job.execution=391 gcp.cloud_run.job.task_index=391 gcp.gce.instance.group_manager.name=-,391@7 gcp.gce.instance.group_manager.region=-,391@7 gcp.gce.instance.group_manager.zone=-,391@7 gcp.gce.instance.hostname=61 gcp.gce.instance.name=61 host.id=391 host.name=391 host.type=391 k8s.cluster.name=391
||resource_attributes=415
||cloud.provider=391 heroku.app.id=391 heroku.dyno.id=391 heroku.release.commit=391 heroku.release.creation_timestamp=391 service.instance.id=391 service.name=391 service.version=391
||resource_attributes=417
||cloud.availability_zone=391 cloud.provider=391 cloud.region=391 host.id=391 host.name=391
||resource_attributes=419
||k8s.cluster.name=391 k8s.cluster.uid=-,391@8
|auth_type=string:"none" context=string|resource_attributes=421
||k8s.node.name=391 k8s.node.uid=391
|auth_type=string:"none" context=string node_from_env_var=string:"K8S_NODE_NAME"|resource_attributes=423
||aws.log.group.names=391 aws.log.stream.names=391 cloud.platform=391 cloud.provider=391 cloud.region=391 faas.instance=391 faas.max_memory=391 faas.name=391 faas.version=391
||resource_attributes=425
||cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391 host.id=391 host.name=391 host.type=391
|fail_on_missing_metadata=bool labels=list(string)|resource_attributes=427
||cloud.platform=391 cloud.provider=391 cloud.region=391 k8s.cluster.name=391
|address=string token=string|resource_attributes=429 tls=240
||cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391 host.id=391 host.name=391 host.type=391 k8s.cluster.name=391 oracle_cloud.realm=-,391@f
||resource_attributes=431
||cloud.account.id=391 cloud.availability_zone=391 cloud.platform=391 cloud.provider=391 cloud.region=391 host.id=391 host.image.id=391 host.image.name=391 host.name=391 host.type=391
||resource_attributes=433
||host.arch=61 host.cpu.cache.l2.size=61 host.cpu.family=61 host.cpu.model.id=61 host.cpu.model.name=61 host.cpu.stepping=61 host.cpu.vendor.id=61 host.id=61 host.interface=-,61@a host.ip=61 host.mac=61 host.name=391 os.build.id=-,61@a os.description=61 os.name=-,61@a os.type=391 os.version=-,61@9
|hostname_sources=list(string):["dns"%2C"os"]|resource_attributes=435
|fail_on_missing_metadata=bool|resource_attributes=392
|detectors=list(string):["env"] fail_on_missing_metadata=-,bool@j override=bool:true timeout=duration:"5s"|akamai=-,393@c aks=395 alibaba_ecs=-,397@f azure=399 consul=401 debug_metrics=-,231@2 digitalocean=-,402@c docker=404 dynatrace=-,406@8 ec2=407 ecs=409 eks=411 elasticbeanstalk=413 gcp=416 heroku=418 hetzner=-,420@c kubeadm=-,422@7 kubernetes_node=424 lambda=426 nova=-,428@c openshift=430 oraclecloud=-,432@c output=52! scaleway=-,434@c system=436 tencent_cvm=-,397@f upcloud=-,437@c vultr=-,437@c
|break_after_match=bool keep_original_name=-,bool@6 rules=list(string)!|
|from_attributes=list(string) separator=string|to_attributes=439
|code=string! description=string|
||debug_metrics=-,231@2 exclude=360 include=360 name=440 output=52! status=441
|non_sampled_cache_size=-,number@6 sampled_cache_size=number|
|invert_match=-,bool@5 key=string! value=bool!|
|burst_capacity=number bytes_per_second=number!|
|threshold_ms=number! upper_threshold_ms=number|
|invert_match=bool key=string! max_value=number! min_value=number!|
|error_mode=string(tail_sampling.ErrorMode)! span=list(string) spanevent=list(string)|
|hash_salt=string sampling_percentage=number!|
|burst_capacity=-,number@i spans_per_second=number!|
|max_spans=number min_spans=number!|
|status_codes=list(string)!|
|cache_max_size=number enabled_regex_matching=bool invert_match=bool key=string! values=list(string)!|
|key=string! values=list(string)!|
|name=string! type=string!|boolean_attribute=444 bytes_limiting=-,445@d latency=446 numeric_attribute=447 ottl_condition=448 probabilistic=449 rate_limiting=450 span_count=451 status_code=452 string_attribute=453 trace_state=454
||and_sub_policy=455!*
|name=string! type=string!|and=456 boolean_attribute=444 bytes_limiting=-,445@d latency=446 numeric_attribute=447 ottl_condition=448 probabilistic=449 rate_limiting=450 span_count=451 status_code=452 string_attribute=453 trace_state=454
|percent=number! policy=string!|
|max_total_spans_per_second=number! policy_order=list(string)!|composite_sub_policy=457* rate_allocation=458*
|invert_match=bool key=string! value=bool!|
|name=string! type=string!|boolean_attribute=460 bytes_limiting=445 latency=446 numeric_attribute=447 ottl_condition=448 probabilistic=449 rate_limiting=450 span_count=451 status_code=452 string_attribute=453 trace_state=454
||drop_sub_policy=461!*
||not_sub_policy=461!
|name=string! type=string!|and=456 boolean_attribute=444 bytes_limiting=-,445@d composite=459 drop=-,462@d latency=446 not=-,463@f numeric_attribute=447 ottl_condition=448 probabilistic=449 rate_limiting=450 span_count=451 status_code=452 string_attribute=453 trace_state=454
|block_on_overflow=-,bool@b decision_cache=-,object^443@3 decision_wait=duration:"30s" decision_wait_after_root_received=-,duration@f drop_pending_traces_on_shutdown=-,bool@d expected_new_traces_per_sec=number maximum_trace_size_bytes=-,number@f num_traces=number:50000 sample_on_first_match=-,bool@d|debug_metrics=-,231@2 output=52! policy=464!*
|conditions=-,list(string)@a context=string(transform.ContextID)! error_mode=-,string(ottl.ErrorMode)@a statements=list(string)!|
|log=list(string) metric=list(string) trace=list(string)|
|error_mode=string(ottl.ErrorMode)~:"propagate",string(ottl.ErrorMode):"ignore"@i|debug_metrics=-,231@2 log_statements=466* metric_statements=466* output=52! statements=-,467@8 trace_statements=466*
|names=list(string) prefixes=list(string)|
|limit=number:50 prefix=string|streams=469
|group_name=string! names=list(string) prefixes=list(string)|
||autodiscover=470 named=471*
|initial_lookback=-,duration@j max_events_per_request=number:1000 poll_interval=duration:"1m" start_from=-,string@a|groups=472
|imds_endpoint=string profile=string region=string! storage=-,otelcol.ExtensionHandler?@a|debug_metrics=235 logs=473 output=52!
|collection_interval=duration~:"20s",duration:"20s"@j|debug_metrics=235 output=52!
|endpoint=string endpoint_partition_id=string~:"aws",string:"aws"@j file_prefix=string region=string~:"us-east-1",string:"us-east-1"@j s3_bucket=string! s3_force_path_style=bool s3_partition_format=string~:"year=%25Y/month=%25m/day=%25d/hour=%25H/minute=%25M",string:"year=%25Y/month=%25m/day=%25d/hour=%25H/minute=%25M"@j s3_partition_timezone=string s3_prefix=string!|
|endpoint=string max_number_of_messages=number? queue_url=string region=string wait_time_seconds=number?|
|end_time=string start_time=string|output=52! s3downloader=476! sqs=477
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) client_ca_file=string curve_preferences=list(string) include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration|tpm=239
|attributes=map(string) endpoint=string! secret=string separator=string timestamp_field=string timestamp_format=string|output=52! tls=479
|fail_on_invalid_key=bool key=secret! site=string|
||api=481!
|behavior=string!|proxy=482
|auth=-,otelcol.Handler?@6 compression_algorithms=-,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"]@3,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"]@5 decode_json_message=-,bool:true@j endpoint=string:"localhost:8126" idle_series_cleanup_interval=-,duration:"5m"@i idle_series_timeout=-,duration@i idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes read_header_timeout=-,duration:"1m"@i read_timeout=duration:"1m" trace_id_cache_size=-,number@e write_timeout=-,duration:"30s"@i|cors=351 debug_metrics=231 intake=-,483@e output=52! tls=349
|auth=otelcol.Handler? compression_algorithms=list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"] endpoint=string:"localhost:8080" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i write_timeout=-,duration:"30s"@i|cors=351 debug_metrics=235 output=52! tls=479
|enabled=bool:true|
||file.atime=20 file.count=20 file.ctime=20 file.mtime=486 file.size=486
|regexp=string strict=string|
|enabled=bool:true|metrics_exclude=488* metrics_include=488*
|enabled=bool|metrics_exclude=488* metrics_include=488*
||file.name=489 file.path=490
|collection_interval=duration:"1m" include=string! initial_delay=duration:"1s" timeout=duration|debug_metrics=319 metrics=487 output=52! resource_attributes=491
|metadata_operators=list(map(any))! pattern=string!|
|line_end_pattern=string line_start_pattern=string omit_pattern=bool|
|ascending=bool layout=string location=string regex_key=string sort_type=string|
|group_by=string regex=string top_n=number|sort_by=495!*
|enabled=bool initial_interval=duration:"1s" max_elapsed_time=duration:"5m" max_interval=duration:"30s"|
|acquire_fs_lock=bool attributes=map(string) compression=string delete_after_read=bool encoding=string:"utf-8" exclude=list(string) exclude_older_than=duration file_cache_advise=-,bool@i fingerprint_size=bytes~:"1KiB",bytes:"1KiB"@8 force_flush_period=duration:"500ms" include=list(string)! include_file_name=bool:true include_file_name_resolved=bool include_file_owner_group_name=bool include_file_owner_name=bool include_file_path=bool include_file_path_resolved=bool include_file_permissions=-,bool@i include_file_record_number=bool max_batches=number max_concurrent_files=number:1024 max_log_size=bytes~:"1MiB",bytes:"1MiB"@8 operators=list(map(any)) poll_interval=duration:"200ms" preserve_leading_whitespaces=bool preserve_trailing_whitespaces=bool resource=map(string) start_at=string:"end" storage=-,otelcol.ExtensionHandler?@9|debug_metrics=235 header=493 multiline=494 ordering_criteria=496 output=52!% retry_on_failure=497
|logs=list(otelcol.Consumer)|
|endpoint=string!|debug_metrics=235 output=499!
|max_outstanding_bytes=number max_outstanding_messages=number stream_ack_deadline=duration:"1m" trigger_ack_batch_duration=duration:"10s"|
|client_id=string compression=string encoding=string endpoint=string ignore_encoding_error=bool insecure=bool project=string subscription=string! timeout=duration:"12s" universe_domain=-,string@j user_agent=string:"opentelemetry-collector-contrib%20{{version}}"|debug_metrics=235 flow_control=-,501@i output=52!
|auth=otelcol.Handler? compression_algorithms=list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"] endpoint=string:"localhost:8086" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i write_timeout=-,duration:"30s"@i|cors=351 debug_metrics=235 output=52! tls=349
|endpoint=string:"0.0.0.0:6832" max_packet_size=bytes~:"65KiB",bytes:"65KiB"@8 queue_size=number:1000 socket_buffer_size=bytes workers=number:10|
|endpoint=string:"0.0.0.0:6831" max_packet_size=bytes~:"65KiB",bytes:"65KiB"@8 queue_size=number:1000 socket_buffer_size=bytes workers=number:10|
|auth=-,otelcol.Handler?@6 compression_algorithms=-,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"]@3,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"]@5 endpoint=string:"0.0.0.0:14268" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i write_timeout=-,duration:"30s"@i|cors=351 tls=349
||grpc=350 thrift_binary=504 thrift_compact=505 thrift_http=506
||debug_metrics=319 output=52! protocols=507!
|enable=bool:true interval=duration:"1s"|
|enabled=bool initial_interval=duration max_elapsed_time=duration max_interval=duration multiplier=number randomization_factor=number|
|extract_headers=bool headers=list(string)|
|encoding=string,string:"otlp_proto"@d exclude_topics=-,list(string)@d topic=string topics=-,list(string):["otlp_logs"]@d|
|after_execution=bool include_unsuccessful=bool|
|encoding=string,string:"otlp_proto"@d exclude_topics=-,list(string)@d topic=string topics=-,list(string):["otlp_metrics"]@d|
|encoding=string,string:"otlp_proto"@d exclude_topics=-,list(string)@d topic=string topics=-,list(string):["otlp_spans"]@d|
|brokers=list(string)!:["localhost:9092"] client_id=string:"otel-collector" conn_idle_timeout=-,duration:"9m"@f default_fetch_size=-,number:1048576@5,-@f encoding=string:"otlp_proto",string@9 group_id=string:"otel-collector" group_instance_id=-,string@9 group_rebalance_strategies=-,list(string)@j group_rebalance_strategy=-,string:"range"@9,string@j heartbeat_interval=-,duration:"3s"@4 initial_offset=string:"latest" max_fetch_size=-,number@5,number:1048576@f max_fetch_wait=-,duration:"250ms"@9 max_partition_fetch_size=-,number:1048576@c min_fetch_size=-,number:1@5 protocol_version=string! rack_id=-,string@c resolve_canonical_bootstrap_servers_only=bool session_timeout=-,duration:"10s"@4 topic=string:"otlp_spans",string@1,-@d use_leader_epoch=-,bool:true@c|authentication=309 autocommit=509 debug_metrics=319 error_backoff=-,510@8 header_extraction=511 logs=-,512@9 message_marking=513 metadata=312 metrics=-,514@9 output=52! tls=-,317@9 traces=-,515@9
||output=52!
|collection_interval=duration:,duration:"10s"@j endpoint=string!:,string!:"http://localhost:80/status"@j initial_delay=duration:,duration:"1s"@j|debug_metrics=235 output=52!
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) client_ca_file=string curve_preferences=-,list(string)@7 include_system_ca_certs_pool=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration|tpm=-,239@a
|auth=-,otelcol.Handler?@6 cors_allowed_origins=list(string) endpoint=string:"0.0.0.0:55678" include_metadata=bool max_concurrent_streams=number max_recv_msg_size=bytes read_buffer_size=bytes~:"512KiB",bytes:"512KiB"@8 transport=string:"tcp" write_buffer_size=bytes|debug_metrics=319 keepalive=348 output=52! tls=519
||enforcement_policy=346,346%@8 server_parameters=347,347%@8
|auth=-,otelcol.Handler?@6 endpoint=string:"0.0.0.0:4317" include_metadata=bool max_concurrent_streams=number max_recv_msg_size=bytes read_buffer_size=bytes~:"512KiB",bytes:"512KiB"@8 transport=string:"tcp" write_buffer_size=bytes|keepalive=521,521%@8 tls=349
|auth=-,otelcol.Handler?@6 compression_algorithms=-,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"]@3,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"]@5 endpoint=string:"0.0.0.0:4318" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c logs_url_path=string:"/v1/logs" max_request_body_size=bytes metrics_url_path=string:"/v1/metrics" read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i traces_url_path=string:"/v1/traces" write_timeout=-,duration:"30s"@i|cors=351,351%@8 tls=349
||debug_metrics=319 grpc=522 http=523 output=52!
||debug_metrics=-,231@2 output=52!
|bearer=string! username=string!|
||sasl_external=100 sasl_plain=306 sasl_xauth2=526
|delay=duration:"10ms"|
||delayed_retry=528!%
|broker=string:"localhost:5671" max_unacknowledged=number:1000 queue=string!|auth=527! debug_metrics=235 flow_control=529 output=52! tls=240
|logs=list(otelcol.Consumer) metrics=list(otelcol.Consumer)|
|ca_file=string ca_pem=string cert_file=string cert_pem=string cipher_suites=list(string) client_ca_file=string curve_preferences=list(string) include_insecure_cipher_suites=-,bool@j include_system_ca_certs_pool=bool key_file=string key_pem=secret max_version=string min_version=string reload_interval=duration|tpm=-,239@a
|access_token_passthrough=bool auth=otelcol.Handler? compression_algorithms=list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"] endpoint=string:"localhost:8088" health_path=string:"/services/collector/health" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes raw_path=string:"/services/collector/raw" read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i splitting=string(splunkhec.SplittingStrategy):"line" write_timeout=-,duration:"30s"@i|cors=351 debug_metrics=235 hec_metadata_to_otel_attrs=338 output=531! tls=532
|add_attributes=bool encoding=string listen_address=string max_log_size=bytes one_log_per_packet=bool preserve_leading_whitespaces=bool preserve_trailing_whitespaces=bool|multiline=494 tls=349
|max_queue_length=number processors=number readers=number|
|add_attributes=bool encoding=string listen_address=string one_log_per_packet=bool preserve_leading_whitespaces=bool preserve_trailing_whitespaces=bool|async=535 multiline=494
|allow_skip_pri_header=bool enable_octet_counting=bool location=string:"UTC" max_octets=number non_transparent_framing_trailer=string(syslog.FramingTrailer)? on_error=-,string:"send"@8 protocol=string(config.SysLogFormat):"rfc5424"|debug_metrics=235 output=52!% retry_on_failure=497 tcp=534 udp=536
|add_attributes=bool encoding=string listen_address=string! max_log_size=bytes:"1MiB" one_log_per_packet=bool|debug_metrics=235 multiline=494 output=52!% retry_on_failure=497 tls=532
|enabled=bool!,bool!:true@4|
|enabled=bool!,bool!:true@2|
||vcenter.cluster.cpu.effective=391 vcenter.cluster.cpu.limit=391 vcenter.cluster.host.count=391 vcenter.cluster.memory.effective=391 vcenter.cluster.memory.limit=391 vcenter.cluster.memory.used=391,-@2 vcenter.cluster.vm.count=391 vcenter.cluster.vm_template.count=-,391@2 vcenter.cluster.vsan.congestions=-,391@4 vcenter.cluster.vsan.latency.avg=-,391@4 vcenter.cluster.vsan.operations=-,391@4 vcenter.cluster.vsan.throughput=-,391@4 vcenter.datacenter.cluster.count=-,539@3 vcenter.datacenter.cpu.limit=-,539@3 vcenter.datacenter.datastore.count=-,539@3 vcenter.datacenter.disk.space=-,539@3 vcenter.datacenter.host.count=-,539@3 vcenter.datacenter.memory.limit=-,539@3 vcenter.datacenter.vm.count=-,539@3 vcenter.datastore.disk.usage=391 vcenter.datastore.disk.utilization=391 vcenter.host.cpu.capacity=-,391@3 vcenter.host.cpu.reserved=-,391@3 vcenter.host.cpu.usage=391 vcenter.host.cpu.utilization=391 vcenter.host.disk.latency.avg=391 vcenter.host.disk.latency.max=391 vcenter.host.disk.throughput=391 vcenter.host.memory.capacity=-,61@7 vcenter.host.memory.usage=391 vcenter.host.memory.utilization=391 vcenter.host.network.packet.count=391,-@2 vcenter.host.network.packet.drop.rate=-,391@3 vcenter.host.network.packet.error.rate=-,391@2 vcenter.host.network.packet.errors=391,-@2 vcenter.host.network.packet.rate=-,391@2 vcenter.host.network.throughput=391 vcenter.host.network.usage=391 vcenter.host.vsan.cache.hit_rate=-,391@4 vcenter.host.vsan.congestions=-,391@4 vcenter.host.vsan.latency.avg=-,391@4 vcenter.host.vsan.operations=-,391@4 vcenter.host.vsan.throughput=-,391@4 vcenter.resource_pool.cpu.shares=391 vcenter.resource_pool.cpu.usage=391 vcenter.resource_pool.memory.ballooned=-,539@3 vcenter.resource_pool.memory.granted=-,539@3 vcenter.resource_pool.memory.shares=391 vcenter.resource_pool.memory.swapped=-,539@3 vcenter.resource_pool.memory.usage=391 vcenter.vm.cpu.readiness=-,391@3 vcenter.vm.cpu.time=-,61@8 vcenter.vm.cpu.usage=391 vcenter.vm.cpu.utilization=391 vcenter.vm.disk.latency.avg=391 vcenter.vm.disk.latency.max=391 vcenter.vm.disk.throughput=391 vcenter.vm.disk.usage=391 vcenter.vm.disk.utilization=391 vcenter.vm.memory.ballooned=391 vcenter.vm.memory.granted=-,61@7 vcenter.vm.memory.swapped=391 vcenter.vm.memory.swapped_ssd=391 vcenter.vm.memory.usage=391 vcenter.vm.memory.utilization=540 vcenter.vm.network.broadcast.packet.rate=-,61@8 vcenter.vm.network.multicast.packet.rate=-,61@8 vcenter.vm.network.packet.count=391,-@2 vcenter.vm.network.packet.drop.rate=-,391@2 vcenter.vm.network.packet.rate=-,391@2 vcenter.vm.network.throughput=391 vcenter.vm.network.usage=391 vcenter.vm.vsan.latency.avg=-,391@4 vcenter.vm.vsan.operations=-,391@4 vcenter.vm.vsan.throughput=-,391@4
||vcenter.cluster.name=391 vcenter.datacenter.name=-,391@2 vcenter.datastore.name=391 vcenter.host.name=391 vcenter.resource_pool.inventory_path=391 vcenter.resource_pool.name=391 vcenter.virtual_app.inventory_path=-,391@2 vcenter.virtual_app.name=-,391@2 vcenter.vm.id=391 vcenter.vm.name=391 vcenter.vm_template.id=-,391@2 vcenter.vm_template.name=-,391@2
|collection_interval=duration:"1m" endpoint=string! initial_delay=duration:"1s" max_query_metrics=-,number:256@i password=secret! timeout=duration username=string!|debug_metrics=319 metrics=541 output=52! resource_attributes=542 tls=240
|auth=-,otelcol.Handler?@6 compression_algorithms=-,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"]@3,list(string):[""%2C"gzip"%2C"zstd"%2C"zlib"%2C"snappy"%2C"deflate"%2C"lz4"]@5 endpoint=string:"0.0.0.0:9411" idle_timeout=-,duration:"1m"@i include_metadata=bool keep_alives_enabled=-,bool?@c max_request_body_size=bytes parse_string_tags=bool read_header_timeout=-,duration:"1m"@i read_timeout=-,duration@i write_timeout=-,duration:"30s"@i|cors=351 debug_metrics=319 output=52! tls=349
|check_interval=duration:"5s" cleanup_on_start=bool directory=string max_transaction_size=number:65536 on_rebound=bool on_start=bool rebound_needed_threshold_mib=number:100 rebound_trigger_threshold_mib=number:10|
|create_directory=bool:true directory=string directory_permissions=string:"0750" fsync=bool timeout=duration:"1s"|compaction=545% debug_metrics=235
|format=string:"text"|
|forward_to=list(MetricsReceiver)! labels_to_copy=list(string) metrics_match_label=string target_match_label=string!,string@h target_to_metric_match=-,map(string)@h targets=list(target)!|
|host_override=string insecure=bool scrape_uri=string:"http://localhost/server-status?auto"|
|azure_cloud_environment=string:"azurecloud" included_dimensions=list(string) included_resource_tags=list(string):["owner"] interval=-,string:"PT1M"@b metric_aggregations=list(string) metric_help_template=string:"Azure%20metric%20{metric}%20for%20{type}%20with%20aggregation%20{aggregation}%20as%20{unit}" metric_name_template=string:"azure_{type}_{metric}_{aggregation}_{unit}" metric_namespace=string metrics=list(string)! regions=list(string) resource_graph_query_filter=string resource_type=string! subscriptions=list(string)! timespan=string:"PT1M",string:"PT5M"@b validate_dimensions=bool|
|address=string! labels=map(string) module=string name=string!|
|config=optionalsecret config_file=string probe_timeout_offset=duration:"500ms" targets=-,list(map(string))@3|target=551!*,551*@3
|allowlisted_container_labels=list(string):[""] containerd_host=string:"/run/containerd/containerd.sock" containerd_namespace=string:"k8s.io" disable_root_cgroup_stats=bool disabled_metrics=list(string) docker_host=string:"unix:///var/run/docker.sock" docker_only=bool docker_tls_ca=string:"ca.pem" docker_tls_cert=string:"cert.pem" docker_tls_key=string:"key.pem" enabled_metrics=list(string) env_metadata_allowlist=list(string):[""] perf_events_config=string raw_cgroup_prefix_allowlist=list(string):[""] resctrl_interval=duration storage_duration=duration:"2m" store_container_labels=bool:true use_docker_tls=bool|
|port=string:"9090" verbose_logging=bool webhook_path=string:"/catchpoint-webhook"|
|add_cloudwatch_timestamp=-,bool?@6 length=duration name=string! nil_to_zero=bool? period=duration!,duration@d statistics=list(string)!|
|external_id=string role_arn=string!|
|add_cloudwatch_timestamp=-,bool?@d custom_tags=map(string) delay=-,duration@d dimension_name_requirements=list(string) length=-,duration@d namespace=string! nil_to_zero=bool? period=-,duration@d recently_active_only=bool regions=list(string)!|metric=555!* role=556*
|enabled=bool scrape_interval=duration:"5m"|
|add_cloudwatch_timestamp=-,bool?@d custom_tags=map(string) delay=-,duration@d dimension_name_requirements=list(string) length=-,duration@d nil_to_zero=bool? period=-,duration@d recently_active_only=-,bool@5 regions=list(string)! search_tags=map(string) type=string!|metric=555!* role=556*
|custom_tags=map(string) delay=-,duration@d dimensions=map(string)! length=-,duration@d namespace=string! nil_to_zero=bool? period=-,duration@d regions=list(string)!|metric=555!* role=556*
|aws_sdk_version_v2=-,bool@4,bool:true@f debug=bool discovery_exported_tags=map(list(string)) fips_disabled=bool:true labels_snake_case=-,bool@d sts_region=string!|custom_namespace=-,557*"@4 decoupled_scraping=558 discovery=559* static=560*"
|allow_stale=bool:true ca_file=string cert_file=string concurrent_request_limit=number generate_health_summary=bool:true insecure_skip_verify=bool key_file=string kv_filter=string:".*" kv_prefix=string require_consistent=bool server=string:"http://localhost:8500" server_name=string timeout=duration:"500ms"|
|billing_lookback=duration:"24h" client_id=string! client_secret=secret! collect_task_retries=bool jobs_lookback=duration:"3h" pipelines_lookback=duration:"3h" queries_lookback=duration:"2h" query_timeout=duration:"5m" server_hostname=string! sla_threshold_seconds=number:3600 warehouse_http_path=string!|
|address=string:"localhost:53" expose_leases=bool leases_file=string:"/var/lib/misc/dnsmasq.leases"|
|address=string:"http://localhost:9200" aliases=bool:true all=bool ca=string client_cert=string client_private_key=string cluster_settings=bool clusterinfo_interval=duration:"5m" data_stream=bool indices=bool indices_settings=bool node=string:"_local" shards=bool slm=bool snapshots=bool ssl_skip_verify=bool timeout=duration:"5s"|basic_auth=92
|drop_delegated_projects=bool extra_filters=list(string) gcp_client_timeout=duration:"15s" ingest_delay=bool metrics_prefixes=list(string)! project_ids=list(string)! request_interval=duration:"5m" request_offset=duration|
|api_token=secret api_token_file=string api_url=string:"https://api.github.com" github_app_id=-,number@e github_app_installation_id=-,number@e github_app_key_path=-,string@e github_rate_limit=-,number@e organizations=list(string) repositories=list(string) users=list(string)|
|allow_auto_topic_creation=-,bool@1 allow_concurrency=bool:true ca_file=string cert_file=string groups_exclude_regex=-,string:"^$"@1 groups_filter_regex=string:".*" gssapi_kerberos_auth_type=-,string@1 gssapi_kerberos_config_path=-,string@1 gssapi_key_tab_path=-,string@1 gssapi_realm=-,string@1 gssapi_service_name=-,string@1 insecure_skip_verify=bool instance=string kafka_cluster_name=string kafka_uris=list(string) kafka_version=string~:"2.0.0",string:"2.0.0"@i key_file=string max_offsets=number:1000 metadata_refresh_interval=string:"1m" offset_show_all=-,bool:true@1 prune_interval_seconds=number:30 sasl_disable_pafx_fast=-,bool@1 sasl_mechanism=string sasl_password=secret sasl_username=string tls_server_name=-,string@1 topic_workers=-,number:100@1 topics_exclude_regex=-,string:"^$"@1 topics_filter_regex=string:".*" use_sasl=bool use_sasl_handshake=bool:true use_tls=bool use_zookeeper_lag=bool zookeeper_uris=list(string)|
|address=string:"localhost:11211" timeout=duration:"1s"|tls_config=94
|collect_all=-,bool:true@9 compatible_mode=-,bool:true@9 currentop_slow_time=-,duration:"1m"@i direct_connect=bool discovering_mode=bool enable_coll_stats=-,bool@9 enable_currentop_metrics=-,bool@9 enable_db_stats=-,bool@9 enable_db_stats_free_storage=-,bool@9 enable_diagnostic_data=-,bool@9 enable_fcv=-,bool@9 enable_index_stats=-,bool@9 enable_pbm_metrics=-,bool@9 enable_profile=-,bool@9 enable_replicaset_config=-,bool@9 enable_replicaset_status=-,bool@9 enable_shards=-,bool@9 enable_top_metrics=-,bool@9 mongodb_uri=secret! tls_basic_auth_config_path=string,-@7|
|connection_name=-,string@8 connection_string=secret! max_connection_lifetime=-,duration@j max_idle_connections=number:3 max_open_connections=number:3 query_config=optionalsecret timeout=duration:"10s"|
|connection_string=secret! labels=map(string) name=string! password=secret username=string|
|connection_string=secret!,secret@g custom_metrics=-,optionalsecret@4,list(string)@9 default_metrics=-,string@9 max_idle_conns=number max_open_conns=number:10 password=-,secret@9 query_timeout=number:5 username=-,string@9|database=-,572*@g
|exclude_databases=-,list(string)@e exclude_users=-,list(string)@e include_query=bool limit=-,number@e query_length=number|
|custom_queries_config_path=string data_source_names=list(secret) disable_default_metrics=bool disable_settings_metrics=bool enabled_collectors=list(string)|autodiscovery=82 stat_statements=-,574@c
|cmdline=list(string) comm=list(string) exe=list(string) name=string|
|gather_smaps=bool:true procfs_path=string:"/proc" recheck_on_scrape=bool remove_empty_groups=-,bool@b track_children=bool:true track_threads=bool:true|matcher=576*
|check_key_groups=list(string) check_key_groups_batch_size=number:10000 check_keys=list(string) check_single_keys=list(string) check_single_streams=list(string) check_streams=list(string) config_command=string:"CONFIG" connection_timeout=duration:"15s" count_keys=list(string) export_client_list=bool export_client_port=bool export_key_values=bool:true incl_system_metrics=bool include_exporter_metrics=bool is_cluster=bool is_tile38=bool max_distinct_key_groups=number:100 namespace=string:"redis" ping_on_connect=bool redis_addr=string! redis_metrics_only=bool redis_password=secret redis_password_file=string redis_password_map_file=string redis_user=string script_path=string script_paths=list(string) set_client_name=bool:true skip_tls_verification=bool tls_ca_cert_file=string tls_client_cert_file=string tls_client_key_file=string|
|address=string! auth=string labels=-,map(string)@5 module=string snmp_context=-,string@2 walk_params=string|
|max_repetitions=number retries=number timeout=duration use_unconnected_udp_socket=bool|
|concurrency=-,number:1@7 config=optionalsecret config_file=string config_merge_strategy=-,string:"replace"@7 targets=-,list(map(string))@2|target=579!*",579*"@2 walk_param=580*"
|account_name=string! enable_tracing=-,bool@a exclude_deleted_tables=-,bool@4 password=secret!,secret@3 private_key_password=-,secret@3 private_key_path=-,string@3 role=string:"ACCOUNTADMIN" username=string! warehouse=string!|
|address=string! password=secret username=string|
|text=string!|
|cache_size=number:1000 cache_type=string:"lru" event_flush_interval=duration:"200ms" event_flush_threshold=number:1000 event_queue_size=number:10000 listen_tcp=string:":9125" listen_udp=string:":9125" listen_unixgram=string mapping_config_path=string parse_dogstatsd_tags=bool:true parse_influxdb_tags=bool:true parse_librato_tags=bool:true parse_signalfx_tags=bool:true read_buffer=number relay_addr=string relay_packet_length=number:1400 unix_socket_mode=string:"755"|
|device_exclude=string device_include=string netlink=bool|
|priority_stats=bool|
|bugs_include=string flags_include=string guest=bool info=bool|
|device_exclude=string:"^(ram%7Cloop%7Cfd%7C(h%7Cs%7Cv%7Cxv)d[a-z]%7Cnvme\\\\d+n\\\\d+p)\\\\d+$" device_include=string|
|device_exclude=string device_include=string metrics_include=string:".*"|
|fs_types_exclude=string:"^(autofs%7Cbinfmt_misc%7Cbpf%7Ccgroup2?%7Cconfigfs%7Cdebugfs%7Cdevpts%7Cdevtmpfs%7Cfusectl%7Chugetlbfs%7Ciso9660%7Cmqueue%7Cnsfs%7Coverlay%7Cproc%7Cprocfs%7Cpstore%7Crpc_pipefs%7Csecurityfs%7Cselinuxfs%7Csquashfs%7Csysfs%7Ctracefs)$" mount_points_exclude=string:"^/(dev%7Cproc%7Crun/credentials/.+%7Csys%7Cvar/lib/docker/.+)($%7C/)" mount_timeout=duration:"5s"|
|chip_exclude=string chip_include=string|
|backend_labels=list(string)|
|ignore_invalid_speed_device=bool ignored_devices=string:"^$"|
|address_info=bool device_exclude=string device_include=string|
|fields=string:"^(.*_(InErrors%7CInErrs)%7CIp_Forwarding%7CIp(6%7CExt)_(InOctets%7COutOctets)%7CIcmp6?_(InMsgs%7COutMsgs)%7CTcpExt_(Listen.*%7CSyncookies.*%7CTCPSynRetrans%7CTCPTimeouts)%7CTcp_(ActiveOpens%7CInSegs%7COutSegs%7COutRsts%7CPassiveOpens%7CRetransSegs%7CCurrEstab)%7CUdp6?_(InDatagrams%7COutDatagrams%7CNoPorts%7CRcvbufErrors%7CSndbufErrors))$"|
|ip_ttl=number:1 local_offset_tolerance=duration:"1ms" max_distance=duration:"3.46608s" protocol_version=number:4 server=string:"127.0.0.1" server_is_local=bool|
|cache_profilers=list(string) cpus=string disable_cache_profilers=bool disable_hardware_profilers=bool disable_software_profilers=bool hardware_profilers=list(string) software_profilers=list(string) tracepoint=list(string)|
|ignored_supplies=string:"^$"|
|service_dir=string:"/etc/service"|
|url=string:"http://localhost:9001/RPC2"|
|include=list(string) include_info=list(string)|
|enable_restarts=bool start_time=bool task_metrics=bool unit_exclude=string:".+\\\\.(automount%7Cdevice%7Cmount%7Cscope%7Cslice)" unit_include=string:".+"|
|ignored_devices=string:"^$"|
|directory=string|
|fields=string:"^(oom_kill%7Cpgpg%7Cpswp%7Cpg.*fault).*"|
|disable_collectors=list(string) enable_collectors=list(string) include_exporter_metrics=bool procfs_path=string~:"/proc",string:"/proc"@i rootfs_path=string:"/" set_collectors=list(string) sysfs_path=string~:"/sys",string:"/sys"@i udev_data_path=string:"/run/udev/data"|arp=-,586@b bcache=587 cpu=588 disk=589 ethtool=590 filesystem=591 hwmon=-,592@3 ipvs=593 netclass=594 netdev=595 netstat=596 ntp=597 perf=598 powersupply=599 runit=600 supervisord=601 sysctl=602 systemd=603 tapestats=604 textfile=605 vmstat=606
|sources_enabled=list(string)|
|enabled_list=list(string)|
|file_patterns=list(string)|
|app_blacklist=string app_exclude=string app_include=string app_whitelist=string site_blacklist=string site_exclude=string site_include=string site_whitelist=string|
|blacklist=string enabled_list=-,list(string)@b exclude=string include=string whitelist=string|
|where_clause=string|
|enabled_classes=list(string)|
|enabled_list=list(string) exclude=string include=string|
|blacklist=string exclude=string include=string whitelist=string|
|objects=string|
|exclude=string include=string|
|blacklist=string counter_version=-,number@b enable_iis_worker_process=-,bool@9 exclude=string include=string whitelist=string|
|enable_v2_collector=-,string@4,string?@9 exclude=-,string@9 include=-,string@9 use_api=string,string?@9 where_clause=string,string?@9|
|directories=-,list(string)@b text_file_directory=string|
|directories=list(string) text_file_directory=string|
|online=bool scrape_interval=duration|
|enabled_collectors=list(string)|dfsr=608 dns=-,609@9 exchange=609 filetime=-,610@9 iis=611 logical_disk=612 mscluster=-,609@9 msmq=613 mssql=614 net=-,615@b netframework=-,609@9 network=616 performancecounter=-,617@9 physical_disk=618 printer=-,618@4 process=619 scheduled_task=618 service=620 smb=-,609@4 smb_client=-,609@4 smtp=616 tcp=-,609@9 text_file=621 textfile=-,622@b time=-,609@i update=-,623@a
|convert_classic_histograms_to_nhcb=-,bool@j default_sample_limit=-,number@d default_scrape_interval=duration default_scrape_timeout=duration enable_type_and_unit_labels=-,bool@e honor_metadata=-,bool@e native_histogram_bucket_limit=-,number@j native_histogram_min_bucket_factor=-,number@j scrape_classic_histograms=-,bool@j scrape_native_histograms=-,bool@d start_timestamp_zero_ingestion=-,bool@j|
|forward_to=list(MetricsReceiver)! informer_sync_timeout=-,duration:"1m"@5 kubernetes_role=-,string~:"endpoints"@6,string:"endpoints"@b,string~:"endpoints"@d,string:"endpoints"@i namespaces=list(string)|client=211 clustering=61 rule=131* scrape=625 selector=181
|api_server=string(config.URL) bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=map(list(secret)) kubeconfig_file=string no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL)|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|forward_to=list(MetricsReceiver)! informer_sync_timeout=duration:"1m" kubernetes_role=string~:"endpoints",string:"endpoints"@b,string~:"endpoints"@d,string:"endpoints"@i namespaces=list(string)|client=627 clustering=61 rule=131* scrape=625 selector=181
|allow_arbitrary_file_access=-,bool@j forward_to=list(MetricsReceiver)! informer_sync_timeout=-,duration:"1m"@5 kubernetes_role=-,string~:"endpoints"@6,string:"endpoints"@b,string~:"endpoints"@d,string:"endpoints"@i namespaces=list(string)|client=211 clustering=61 rule=131* scrape=625 selector=181
|accepted_remote_write_protobuf_messages=-,list(string)~:["prometheus.WriteRequest"]@e,list(string):["prometheus.WriteRequest"]@j append_metadata=-,bool@e enable_type_and_unit_labels=-,bool@e forward_to=list(MetricsReceiver)! graceful_shutdown_timeout=duration:"30s"|grpc=185% http=187%
|cache_ttl=-,duration@h forward_to=list(MetricsReceiver)! max_cache_size=number:100000|rule=131*
|tenant_id=string!|
|client_id=string! tenant_id=string! token_file_path=string|
|cloud=string~:"AzurePublic",string:"AzurePublic"@b,string~:"AzurePublic"@d,string:"AzurePublic"@i scope=-,string@i|managed_identity=97!,97@7 oauth=-,98@7 sdk=-,632@7 workload_identity=-,633@i
|credentials_file=string|
|max_samples_per_send=number:2000 send=bool:true send_interval=duration:"1m"|
|batch_send_deadline=duration:"5s" capacity=number:10000 max_backoff=duration:"5s" max_samples_per_send=number:2000 max_shards=number:50 min_backoff=duration:"30ms" min_shards=number:1 retry_on_http_429=bool:true sample_age_limit=duration|
|access_key=string external_id=-,string@i profile=string region=string role_arn=string secret_key=secret service_name=-,string@i use_fips_sts_endpoint=-,bool@i|
|bearer_token=secret bearer_token_file=string enable_http2=bool:true,bool@b follow_redirects=bool:true headers=map(string) http_headers=-,map(list(secret))@8 name=string no_proxy=string protobuf_message=-,string:"prometheus.WriteRequest"@b,string~:"prometheus.WriteRequest"@d,string:"prometheus.WriteRequest"@j proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) remote_timeout=duration:"30s" round_robin_dns=-,bool@i send_exemplars=bool:true send_native_histograms=bool url=string!|authorization=91 azuread=634 basic_auth=92 google_iam=-,635@i metadata_config=636 oauth2=95 queue_config=637 sigv4=638 tls_config=94 write_relabel_config=131*
|max_keepalive_time=duration:"8h" min_keepalive_time=duration:"5m" truncate_frequency=duration:"2h"|
|external_labels=map(string)|endpoint=639* wal=640
|bearer_token=secret bearer_token_file=string body_size_limit=bytes convert_classic_histograms_to_nhcb=-,bool@b enable_compression=-,bool:true@b enable_http2=bool:true enable_protobuf_negotiation=bool enable_type_and_unit_labels=-,bool@e extra_metrics=bool follow_redirects=bool:true forward_to=list(MetricsReceiver)! honor_labels=bool honor_metadata=-,bool@b honor_timestamps=bool:true http_headers=-,map(list(secret))@8 job_name=string label_limit=number label_name_length_limit=number label_value_length_limit=number metric_name_escaping_scheme=-,string@b metric_name_validation_scheme=-,string:"legacy"@b,string~:"legacy"@c,string:"legacy"@j metrics_path=string:"/metrics" native_histogram_bucket_limit=-,number@b native_histogram_min_bucket_factor=-,number@b no_proxy=string params=map(list(string)) proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) sample_limit=number scheme=string:"http" scrape_classic_histograms=bool scrape_failure_log_file=-,string@8 scrape_fallback_protocol=-,string:"PrometheusText0.0.4"@b,string~:"PrometheusText0.0.4"@d,string:"PrometheusText0.0.4"@i scrape_interval=duration:"1m" scrape_native_histograms=-,bool:true@7,bool@b scrape_protocols=-,list(string)~:["OpenMetricsText1.0.0"%2C"OpenMetricsText0.0.1"%2C"PrometheusText1.0.0"%2C"PrometheusText0.0.4"]@2,list(string):["OpenMetricsText1.0.0"%2C"OpenMetricsText0.0.1"%2C"PrometheusText1.0.0"%2C"PrometheusText0.0.4"]@b,list(string)~:["OpenMetricsText1.0.0"%2C"OpenMetricsText0.0.1"%2C"PrometheusText1.0.0"%2C"PrometheusText0.0.4"]@d,list(string):["OpenMetricsText1.0.0"%2C"OpenMetricsText0.0.1"%2C"PrometheusText1.0.0"%2C"PrometheusText0.0.4"]@i scrape_timeout=duration:"10s" start_timestamp_zero_ingestion=-,bool@j target_limit=number targets=list(target)! track_timestamps_staleness=bool|authorization=91 basic_auth=92 clustering=61 oauth2=95 tls_config=94
|password=secret username=string|
|allowed_network_error_fraction=number:0.5 desired_check_interval=duration:"5s" desired_connections_lookback=duration:"5m" drift_scale_down=duration:"30s" drift_scale_up=duration:"1m" max_connections=number:50 min_connections=number:2 network_flush_interval=duration:"1m"|
|ca_pem=string cert_pem=string insecure_skip_verify=bool key_pem=secret|
|batch_count=number:1000 bearer_token=secret enable_round_robin=-,bool@6 external_labels=map(string) flush_interval=duration:"1s" headers=-,map(secret)@8 max_retry_attempts=number metadata_cache_enabled=-,bool@b metadata_cache_size=-,number:1000@b parallelism=number:4,-@7 protobuf_message=-,string(queue.RemoteWriteProtoMsg):"prometheus.WriteRequest"@b,string(queue.RemoteWriteProtoMsg)~:"prometheus.WriteRequest"@d proxy_connect_headers=-,map(secret)@8 proxy_from_environment=-,bool@8 proxy_url=-,string@8 retry_backoff=duration:"1s" url=string! write_timeout=duration:"30s"|basic_auth=643 parallelism=-,644@7 tls_config=-,645@6
|batch_interval=duration:"5s" max_signals_to_batch=number:10000|
|ttl=duration:"2h"|endpoint=646!*" persistence=647
|cache_size=number:262144 on_target_symbolization=bool:true queue_size=number:256 strip_text_section=bool upload=bool worker_num=number:16|
|bpf_fs_root=-,string:"/sys/fs/bpf/"@j build_id_cache_size=number:64,number@b cache_rounds=number:3,number@b collect_interval=duration:"15s" collect_kernel_profile=bool:true,bool@b collect_user_profile=bool:true,bool@b comm=-,string:"none"@f container_id_cache_size=number:1024,number@b demangle=string:"none" dotnet_enabled=-,bool:true@b forward_to=list(ProfilesReceiver)! go_enabled=-,bool:true@b go_table_fallback=-,bool@7 hotspot_enabled=-,bool:true@b kernel_frames=-,bool:true@f lazy_mode=-,bool@d load_probe=-,bool@c no_kernel_version_check=-,bool@i obi_process_context_enabled=-,bool:true@j off_cpu_threshold=-,number@b perl_enabled=-,bool:true@b php_enabled=-,bool:true@b pid_cache_size=number:32,number@b pid_label=-,bool@f pid_map_size=-,number:16384@1,number@b probe_links=-,list(string)@j python_enabled=bool:true reporter_unsymbolized_stubs=-,bool@b ruby_enabled=-,bool:true@b same_file_cache_size=number:8,number@b sample_rate=number:97,number:19@b symb_cache_path=-,string:"/tmp/symb-cache"@b symb_cache_size=-,number:2048@b symbols_map_size=-,number:2048@1,number@b targets=list(target) targets_only=-,bool:true@b u_probe_links=-,list(string)@c v8_enabled=-,bool:true@b verbose_mode=-,bool@c|debug_info=-,649@g
|forward_to=list(ProfilesReceiver)! labels_to_copy=list(string) profiles_match_label=string target_match_label=string! targets=list(target)!|
|alloc=string:"10ms",string:"512k"@g cpu=bool:true custom_arguments=-,list(string)@g event=-,string:"itimer"@3 interval=duration:"1m" lock=string:"512k",string:"10ms"@g log_level=-,string:"INFO"@b per_thread=-,bool@3 quiet=-,bool@b sample_rate=number:100 tlab=-,bool@j|
|dist=-,string@c forward_to=list(ProfilesReceiver)! targets=list(target)! tmp_dir=string:"/tmp"|profiling_config=652
|conn_limit=number:100,number:16384@b listen_address=string listen_port=number:8080 server_idle_timeout=duration:"2m" server_read_timeout=duration:"30s" server_write_timeout=duration:"30s"|http2=-,186%@d tls=-,184@c
|debug_info_upload_timeout=-,duration:"2m"@g forward_to=list(ProfilesReceiver)! graceful_shutdown_timeout=duration:"30s"|grpc=185% http=654%
|forward_to=list(ProfilesReceiver)! max_cache_size=number:10000|rule=131*
|delta=bool enabled=bool:true path=string:"/debug/pprof/block"|
|delta=bool enabled=bool! path=string!|
|delta=bool:true enabled=bool path=string:"/debug/fgprof"|
|delta=bool enabled=bool path=string:"/debug/pprof/delta_block"|
|delta=bool enabled=bool path=string:"/debug/pprof/delta_heap"|
|delta=bool enabled=bool path=string:"/debug/pprof/delta_mutex"|
|delta=bool enabled=bool:true path=string:"/debug/pprof/goroutine"|
|delta=bool enabled=bool:true path=string:"/debug/pprof/allocs"|
|delta=bool enabled=bool:true path=string:"/debug/pprof/mutex"|
|delta=bool:true enabled=bool:true path=string:"/debug/pprof/profile"|
|path_prefix=string|profile.block=657 profile.custom=658*" profile.fgprof=659 profile.godeltaprof_block=660 profile.godeltaprof_memory=661 profile.godeltaprof_mutex=662 profile.goroutine=663 profile.memory=664 profile.mutex=665 profile.process_cpu=666
|bearer_token=secret bearer_token_file=string delta_profiling_duration=-,duration:"14s"@2 enable_http2=bool:true follow_redirects=bool:true forward_to=list(ProfilesReceiver)! http_headers=-,map(list(secret))@8 job_name=string no_proxy=string params=map(list(string)) proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) scheme=string:"http" scrape_interval=duration:"15s" scrape_timeout=duration:"10s" targets=list(target)!|authorization=91 basic_auth=92 clustering=61 oauth2=95 profiling_config=667 tls_config=94
|bearer_token=secret bearer_token_file=string debug_info_upload_timeout=-,duration:"2m"@g enable_http2=bool:true follow_redirects=bool:true headers=map(string) http_headers=-,map(list(secret))@8 max_backoff_period=duration:"5m" max_backoff_retries=number:10 min_backoff_period=duration:"500ms" name=string no_proxy=string proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) remote_timeout=duration:"10s" retry_on_http_429=-,bool:true@j url=string!|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|jaeger_propagator=bool:true trace_context_propagator=bool:true|
|external_labels=map(string)|endpoint=669* tracing=-,670@b
|body=string headers=map(string) is_secret=bool method=string:"GET" poll_frequency=duration:"1m" poll_timeout=duration:"10s" url=string!|client=193
|name=string! namespace=string! poll_frequency=duration:"1m" poll_timeout=duration:"15s"|client=211
|disable_ssl=bool endpoint=string key=string region=string secret=secret signing_region=string use_path_style=bool|
|is_secret=bool path=string! poll_frequency=duration:"10m"|client=674
|mount_path=string:"approle" role_id=string! secret=secret! wrapping_token=bool|
|ec2_signature_type=string:"pkcs7" iam_server_id_header=string mount_path=string:"aws" region=string:"us-east-1" role=string type=string!:"iam"|
|mount_path=string:"azure" resource_url=string:"https://management.azure.com/" role=string!|
|data=map(secret)! namespace=-,string@8 path=string!|
|iam_service_account=string mount_path=string:"gcp" role=string! type=string!:"gce"|
|mount_path=string:"kubernetes" role=string! service_account_file=string:"/var/run/secrets/kubernetes.io/serviceaccount/token"|
|mount_path=string:"ldap" password=secret! username=string!|
|token=secret!|
|mount_path=string:"userpass" password=secret! username=string!|
|max_retries=number:2 max_retry_wait=duration:"1.5s" min_retry_wait=duration:"1s" timeout=duration:"1m"|
|key=-,string@4 namespace=string path=string! reread_frequency=duration server=string!|auth.approle=676*. auth.aws=677*. auth.azure=678*. auth.custom=679*. auth.gcp=680*. auth.kubernetes=681*. auth.ldap=682*. auth.token=683*. auth.userpass=684*. client_options=685
|comment=string default=any optional=bool|
|value=any!|
+||
|collection=list(any)! enable_metrics=bool hash_string_id=-,bool@a id=-,string@9 var=string!|template=689!
|authenticate_matching_paths=bool:true paths=list(string)|
||basic=306 filter=691
|issuer_common_names=list(string) subject_regex=string template_id=string|
|issuer_common_names=list(string) refresh_interval=duration:"5m" store=string system_store=string template_id=string|
||client=693! server=694!
|cert_file=string cert_pem=string cipher_suites=list(string(http.TLSCipher)) client_auth_type=string(http.ClientAuth):"NoClientCert" client_ca_file=string client_ca_pem=string curve_preferences=list(string(http.TLSCurve)) key_file=string key_pem=secret max_version=string(http.TLSVersion) min_version=string(http.TLSVersion)|windows_certificate_filter=695
||auth=-,692@9 tls=696
|detector=string(filedetector.Detector):"fsnotify" filename=string! poll_frequency=duration:"1m"|
|key=secret key_file=string passphrase=secret username=string!|
|path=string! pull_frequency=duration:"1m" repository=string! revision=string:"HEAD",string:"main"@5|basic_auth=306 ssh_key=699
|body=string headers=map(string) method=string:"GET" poll_frequency=duration:"1m" poll_timeout=duration:"10s" url=string!|client=193
|content=optionalsecret!|
|destination=-,string(logging.LogDestination):"stderr"@h format=string(logging.Format):"logfmt" level=string(logging.Level):"info" write_to=list(LogsReceiver)|
|attributes=-,map(string)@3 bearer_token=secret bearer_token_file=string enable_http2=bool:true follow_redirects=bool:true http_headers=-,map(list(secret))@8 id=string metadata=map(string),-@3 name=-,string@3 no_proxy=string poll_frequency=duration:"1m" proxy_connect_header=map(list(secret)) proxy_from_environment=bool proxy_url=string(config.URL) url=string|authorization=91 basic_auth=92 oauth2=95 tls_config=94
|max_operations=number:256 refresh_interval=duration:"1m" url=string:"http://127.0.0.1:5778/sampling"|
||jaeger_remote=705
|sampling_fraction=number:0.1 send_traceparent=-,bool@d write_to=list(otelcol.Consumer)|sampler=706`;
