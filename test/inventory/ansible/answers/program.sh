#!/bin/sh
cat <<'END'
{"cache": {"hosts": ["c2", "c1"], "vars": {"ansible_user": "deploy"}}, "edge": ["c1"],
 "c3": {"ansible_port": 2222}, "_meta": {"hostvars": {"c1": {"ansible_port": 2223, "ansible_host": null}}}}
END
