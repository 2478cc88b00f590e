# The job of bench/hand-written.sh in pyinfra 3: the same files, operations that compare first, and restart, reload and refresh
# only where something changed. BENCH_FILES has the key, the package source, the environment and the configuration.
import os

from pyinfra.operations import apt, files, server, systemd

FROM = os.environ["BENCH_FILES"]
VERSION = os.environ["BENCH_VERSION"]
ROOT = {"_sudo": True}


def put(name, dest, mode, **more):
    return files.put(name=f"{name}", src=f"{FROM}/{name}", dest=dest, mode=mode, **more, **ROOT)


def request(method, path):
    return (
        "bash -c 'exec 3<>/dev/tcp/127.0.0.1/12345 && "
        f'printf "{method} {path} HTTP/1.0\\r\\n\\r\\n" >&3 && read -r line <&3 && [[ $line == *" 200 "* ]]' + "'"
    )


files.directory(name="directory of keys", path="/etc/apt/keyrings", mode="755", **ROOT)
put("key", "/etc/apt/keyrings/grafana.asc", "644")
source = put("list", "/etc/apt/sources.list.d/grafana.list", "644")
environment = put("environment", "/etc/default/alloy", "600")
apt.update(name="index", _if=source.did_change, **ROOT)
package = apt.packages(
    name="package",
    packages=[f"alloy={VERSION}"],
    allow_downgrades=True,
    extra_install_args="--allow-change-held-packages",
    **ROOT,
)
server.shell(name="hold", commands=["apt-mark hold alloy"], _if=package.did_change, **ROOT)
config = put("config", "/etc/alloy/config.alloy", "640", user="root", group="alloy")
server.shell(
    name="check",
    commands=["alloy validate /etc/alloy/config.alloy"],
    _if=config.did_change,
    **ROOT,
)
systemd.service(name="service", service="alloy", running=True, enabled=True, **ROOT)
systemd.service(
    name="restart",
    service="alloy",
    restarted=True,
    daemon_reload=True,
    _if=lambda: package.did_change() or environment.did_change(),
    **ROOT,
)
server.shell(
    name="reload",
    commands=[request("POST", "/-/reload")],
    _if=lambda: config.did_change() and not (package.did_change() or environment.did_change()),
    **ROOT,
)
server.shell(
    name="ready",
    commands=["for i in $(seq 300); do " + request("GET", "/-/ready") + " && exit; sleep 0.1; done; exit 1"],
    **ROOT,
)
