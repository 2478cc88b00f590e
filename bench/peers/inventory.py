# The hosts for pyinfra, from lines "NAME ADDRESS" of the file that BENCH_HOSTS names.
import os

with open(os.environ["BENCH_HOSTS"]) as lines:
    hosts = [
        (
            name,
            {
                "ssh_hostname": address,
                "ssh_user": "ops",
                "ssh_key": os.environ["BENCH_KEY"],
                "ssh_paramiko_connect_kwargs": {"timeout": 10, "allow_agent": False, "look_for_keys": False},
            },
        )
        for name, address in (line.split() for line in lines)
    ]
