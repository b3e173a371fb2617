"""The programs and the configuration of a private SLURM on one host.

Several ``slurmd`` share the host, one port each, which the Debian build (22.05) can do. Nothing
needs systemd, cgroups or root, and every daemon listens on the loopback address alone.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
ACCOUNTING_PROGRAMS = ("slurmdbd", "mariadbd", "mariadb-install-db", "mariadb", "sacctmgr")
PACKAGES = "slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge"
ACCOUNTING_PACKAGES = "slurmdbd mariadb-server"


def program(name: str) -> str | None:
    """Return the path of a program, also where the system's sbin is not on PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def why_not(accounting: bool = False) -> str | None:
    """Return why SLURM cannot run here, with what to install; None where it can."""
    wanted = PROGRAMS + (ACCOUNTING_PROGRAMS if accounting else ())
    missing = [name for name in wanted if program(name) is None]
    if not missing:
        return None
    packages = PACKAGES + (f" {ACCOUNTING_PACKAGES}" if accounting else "")
    return f"{', '.join(missing)} not found: apt-get install --no-install-recommends {packages}"


@dataclass(frozen=True)
class Layout:
    """Where a private SLURM keeps its files and how large it pretends to be.

    ``memory`` is MB a node. The last node has two make-believe GPUs and is the only one of
    partition ``gpu``.
    """

    prefix: Path
    user: str
    controller_port: int
    dbd_port: int
    sql_port: int
    node_ports: tuple[int, ...]
    cpus: int
    memory: int
    accounting: bool

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes: n1, n2 and so on."""
        return tuple(f"n{number}" for number in range(1, len(self.node_ports) + 1))

    @property
    def conf(self) -> Path:
        """The file that ``SLURM_CONF`` names."""
        return self.prefix / "etc/slurm.conf"


COMMON = """\
ClusterName=testhpc
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={prefix}/run/munge.socket
CredType=cred/munge
# Without these two every daemon listens on all addresses.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
SlurmctldPidFile={prefix}/run/slurmctld.pid
SlurmctldLogFile={prefix}/log/slurmctld.log
StateSaveLocation={prefix}/state
SlurmdPidFile={prefix}/run/slurmd.%n.pid
SlurmdLogFile={prefix}/log/slurmd.%n.log
SlurmdSpoolDir={prefix}/spool/%n
# The nodes may have more CPUs and memory than the host.
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
EnforcePartLimits=ALL
JobCompType=jobcomp/none
MinJobAge=300
# Seconds between SIGTERM and SIGKILL, and until a client gives up on a controller that does not
# answer.
KillWait=2
MessageTimeout=5
GresTypes=gpu
"""

WITHOUT_ACCOUNTING = """\
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
"""

WITH_ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={dbd_port}
# Otherwise slurmctld and sacctmgr look for a socket in /run/munge.
AccountingStoragePass={prefix}/run/munge.socket
AccountingStorageEnforce=associations,limits,qos
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=5
"""

PARTITIONS = """\
PartitionName=normal Nodes={plain} Default=YES MaxTime=01:00:00 DefMemPerCPU=500 State=UP
PartitionName=debug Nodes={first} MaxTime=00:05:00 DefMemPerCPU=500 PriorityTier=10 State=UP
PartitionName=gpu Nodes={last} MaxTime=01:00:00 DefMemPerCPU=500 State=UP
PartitionName=closed Nodes={plain} MaxTime=01:00:00 State=DOWN
"""

SLURMDBD = """\
AuthType=auth/munge
AuthInfo=socket={prefix}/run/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={dbd_port}
SlurmUser={user}
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={sql_port}
StorageUser=slurm
StoragePass=slurmpw
StorageLoc=slurm_acct_db
LogFile={prefix}/log/slurmdbd.log
PidFile={prefix}/run/slurmdbd.pid
DebugLevel=info
CommunicationParameters=NoInAddrAny
"""


def slurm_conf(layout: Layout) -> str:
    """The text of slurm.conf."""
    fields = vars(layout)
    nodes = []
    for name, port in zip(layout.nodes, layout.node_ports, strict=True):
        last = name == layout.nodes[-1]
        kind = "Feature=gpu Gres=gpu:2" if last else "Feature=cpu,haswell"
        nodes.append(
            f"NodeName={name} NodeAddr=127.0.0.1 NodeHostname=localhost Port={port} "
            f"CPUs={layout.cpus} RealMemory={layout.memory} {kind} State=UNKNOWN\n"
        )
    plain = ",".join(layout.nodes[:-1])
    return "".join(
        [
            COMMON.format(**fields),
            (WITH_ACCOUNTING if layout.accounting else WITHOUT_ACCOUNTING).format(**fields),
            *nodes,
            PARTITIONS.format(plain=plain, first=layout.nodes[0], last=layout.nodes[-1]),
        ]
    )


def gres_conf(layout: Layout) -> str:
    """The text of gres.conf: the GPUs are plain files."""
    devices = f"{layout.prefix}/dev/gpu[0-1]"
    return f"AutoDetect=off\nNodeName={layout.nodes[-1]} Name=gpu File={devices}\n"


def slurmdbd_conf(layout: Layout) -> str:
    """The text of slurmdbd.conf; it holds a password, so the file has mode 0600."""
    return SLURMDBD.format(**vars(layout))


def database_sql() -> str:
    """The statements that make slurmdbd's database and its user."""
    grants = "".join(
        f"CREATE USER IF NOT EXISTS 'slurm'@'{host}' IDENTIFIED BY 'slurmpw'; "
        f"GRANT ALL ON slurm_acct_db.* TO 'slurm'@'{host}'; "
        for host in ("localhost", "127.0.0.1")
    )
    return f"CREATE DATABASE IF NOT EXISTS slurm_acct_db; {grants}"
