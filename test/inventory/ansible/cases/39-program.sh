#!/bin/sh
# what inventory programs print: groups as bare lists, children, one host where a group belongs
cat <<'END'
{
  "web": ["web-01", "web-02"],
  "east": { "children": ["web"], "vars": { "ansible_user": "ops" } },
  "lone-01": { "ansible_port": 2222 },
  "_meta": { "hostvars": { "web-01": { "ansible_host": "192.0.2.1" } } }
}
END
