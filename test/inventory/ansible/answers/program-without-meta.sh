#!/bin/sh
[ "$1" = --list ] && echo '{"cache": {"hosts": ["c1"]}}' || echo '{"ansible_port": 2221}'
