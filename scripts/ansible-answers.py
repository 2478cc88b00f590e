#!/usr/bin/env python3
"""Asks ansible-core what it makes of inventories.

stdin: one JSON list of {"file": ..., "limit": ... or null}. stdout: one line of JSON for each, either
{"hosts": [...]} in Ansible's order or {"refused": "why"}. Where and how a host is reached comes from the
arguments that Ansible's ssh plugin builds, as OpenSSH itself reads them (ssh -G). Connects to nothing.
"""
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile

HOME = tempfile.TemporaryDirectory(prefix="ansible-answers-")
CONFIG = os.path.join(HOME.name, "ansible.cfg")
open(CONFIG, "w").close()
os.environ.update(
    ANSIBLE_CONFIG=CONFIG,
    ANSIBLE_HOME=HOME.name,
    ANSIBLE_LOCALHOST_WARNING="false",
    ANSIBLE_INVENTORY_UNPARSED_FAILED="true",
    ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true",
)

from ansible.inventory.manager import InventoryManager  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.playbook.play_context import PlayContext  # noqa: E402
from ansible.plugins.loader import connection_loader, init_plugin_loader  # noqa: E402
from ansible.release import __version__  # noqa: E402
from ansible.template import Templar  # noqa: E402
from ansible.vars.manager import VariableManager  # noqa: E402

init_plugin_loader()


def resolved(arguments):
    """What OpenSSH makes of arguments: a list of values for each of its settings."""
    words = list(arguments)
    for i, word in enumerate(words[:-1]):
        if word == "-i":  # is not reported where the file does not exist
            words[i : i + 2] = ["-o", f"IdentityFile={words[i + 1]}"]
    ran = subprocess.run(["ssh", "-F", "/dev/null", "-G", *words], capture_output=True, text=True)
    if ran.returncode != 0:
        raise ValueError("ssh: " + ran.stderr.strip().splitlines()[-1])
    settings = {}
    for line in ran.stdout.splitlines():
        name, _, value = line.partition(" ")
        settings.setdefault(name, []).append(value)
    return settings


DEFAULTS = resolved(["host"])


def own(settings, name):
    values = settings.get(name)
    return None if values == DEFAULTS.get(name) else values


def login(settings):
    user, port = own(settings, "user"), own(settings, "port")
    host = settings["hostname"][0]
    host = f"[{host}]" if ":" in host else host
    return (f"{user[0]}@" if user else "") + host + (f":{port[0]}" if port else "")


def address_of(settings, host):
    """As written: ssh prints 10.1 as 10.0.0.1, and 2001:0db8::1 as 2001:db8::1."""
    told = settings["hostname"][0]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        packed = socket.inet_pton(family, host) if ":" in host else socket.inet_aton(host)
        return host if socket.inet_ntop(family, packed) == told else told
    except OSError:
        return told


def jump_of(settings):
    """The jump hosts; a text: a command that is no such thing."""
    jump = (settings.get("proxyjump") or ["none"])[0]
    if jump != "none":
        return jump.split(",")
    command = (settings.get("proxycommand") or ["none"])[0]
    if command == "none":
        return []
    words = shlex.split(command)
    words = words[1:] if words[0] == "exec" else words
    if os.path.basename(words[0]) != "ssh" or not re.search(r"-\w*W\s*(%h|\[%h\]):%p", command):
        return command
    inner = resolved([re.sub(r"(%h|\[%h\]):%p", "x:22", word) for word in words[1:]])
    if not set(own(inner, "identityfile") or []) <= set(settings.get("identityfile", [])):
        return command
    before = jump_of(inner)
    return command if isinstance(before, str) else [*before, login(inner)]


def answer(host, variables, loader):
    templar = Templar(loader=loader, variables=variables)
    connection = variables.get("ansible_connection")
    connection = "ssh" if connection is None else templar.template(connection)
    found = {
        "name": host.name,
        "groups": sorted(g.name for g in host.get_groups() if g.name not in ("all", "ungrouped")),
        "connection": re.sub(r"^ansible\.(builtin|legacy)\.|^smart$", "", connection) or "ssh",
    }
    if found["connection"] not in ("ssh", "paramiko", "paramiko_ssh"):
        return found
    plugin = connection_loader.get(found["connection"], PlayContext(), "/dev/null")
    if hasattr(plugin, "_resolve_option_variables"):
        variables = plugin._resolve_option_variables(variables, templar)
    else:
        names = ("ansible_", "inventory_")
        variables = {k: templar.template(v) for k, v in variables.items() if k.startswith(names)}
    plugin.set_options(var_options=variables)
    if found["connection"] != "ssh":
        key, command = plugin.get_option("private_key_file"), plugin.get_option("proxy_command")
        return {
            **found,
            "address": plugin.get_option("remote_addr"),
            "port": plugin.get_option("port") if plugin.get_option("port") != 22 else None,
            "user": plugin.get_option("remote_user"),
            "jump": jump_of({"proxycommand": [command or "none"], "identityfile": [key]}),
            "identity": [key] if key else [],
        }
    arguments = plugin._build_command("ssh", "ssh", plugin.get_option("host"))
    settings = resolved([part.decode() for part in arguments[1:]])
    user, port = own(settings, "user"), own(settings, "port")
    return {
        **found,
        "address": address_of(settings, plugin.get_option("host")),
        "port": int(port[0]) if port else None,
        "user": user[0] if user else None,
        "jump": jump_of(settings),
        "identity": own(settings, "identityfile") or [],
    }


def answers(file, limit):
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[file])
    manager = VariableManager(loader=loader, inventory=inventory)
    inventory.subset(limit)
    hosts = inventory.get_hosts("all")
    if not hosts:
        raise ValueError("no hosts")
    return [answer(host, manager.get_vars(host=host), loader) for host in hosts]


out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
print(json.dumps({"version": __version__}), file=out)
for question in json.load(sys.stdin):
    try:
        told = {"hosts": answers(question["file"], question.get("limit"))}
    except Exception as error:
        told = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(told), file=out, flush=True)
