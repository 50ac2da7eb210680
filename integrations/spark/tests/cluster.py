"""A Spark cluster of this machine for the tests: a master and two workers, each a process
of its own, that talk over the loopback interface only."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from mtlint_spark import _die_with

SPARK_HOME = Path(pyspark.__file__).parent
INTEGRATION = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"

#: So long a process may take to say that it is there.
PATIENCE_SECONDS = 120

#: Java spends most of a short run on making itself fast for a long one.
QUICK = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"

#: For all of Spark's processes. No name of this machine is looked up.
ENVIRONMENT = {
    "SPARK_HOME": str(SPARK_HOME),
    "SPARK_LOCAL_IP": LOOPBACK,
    "SPARK_LOCAL_HOSTNAME": LOOPBACK,
    "SPARK_DAEMON_MEMORY": "256m",
    "SPARK_DAEMON_JAVA_OPTS": QUICK,
    "SPARK_NO_DAEMONIZE": "1",
    "PYSPARK_PYTHON": sys.executable,
    "PYSPARK_DRIVER_PYTHON": sys.executable,
    # The module is shipped to the executors, as users ship it.
    "PYTHONPATH": "",
}

#: What every application of the tests is configured with.
CONFIGURATION = {
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
    # A core of each worker, so that two applications can run at once.
    "spark.executor.cores": "1",
    "spark.cores.max": "2",
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
    "spark.sql.codegen.wholeStage": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
}


class Cluster:
    """A master and two workers with two cores each."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mtlint-spark-"))
        self.workers = [self.folder / name for name in ("worker1", "worker2")]
        self.processes: list[subprocess.Popen] = []
        scratch = self.folder / "scratch"
        scratch.mkdir()
        os.environ.update(ENVIRONMENT, SPARK_LOCAL_DIRS=str(scratch), TMPDIR=str(scratch))
        try:
            self.master = self._start(
                "master", "org.apache.spark.deploy.master.Master", r"(spark://[\d.]+:\d+)"
            )
            for worker in self.workers:
                self._start(
                    worker.name,
                    "org.apache.spark.deploy.worker.Worker",
                    r"Successfully registered with master (\S+)",
                    "--cores",
                    "2",
                    "--memory",
                    "2g",
                    "--work-dir",
                    str(worker),
                    self.master,
                )
        except BaseException:
            self.stop()
            raise

    def _start(self, name: str, main: str, ready: str, *arguments: str) -> str:
        """Start a process of Spark, wait until it says `ready`, and give what that holds."""
        log = self.folder / f"{name}.log"
        command = [SPARK_HOME / "bin" / "spark-class", main]
        command += ["--host", LOOPBACK, "--port", "0", "--webui-port", "0", *arguments]
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=os.environ
                | {
                    "SPARK_CONF_DIR": str(self._log_configuration()),
                    "SPARK_LOG_DIR": str(self.folder),
                },
                # A group of its own, so that all that it starts can be ended with it;
                # and no test that is killed leaves it behind.
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),
            )
        self.processes.append(process)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and process.poll() is None:
            told = re.search(ready, log.read_text("utf-8", "replace"))
            if told:
                return told[1]
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not start: {log.read_text('utf-8', 'replace')}")

    def _log_configuration(self) -> Path:
        """Master and worker tell their addresses in their logs, at the level of info."""
        folder = self.folder / "conf"
        folder.mkdir(exist_ok=True)
        (folder / "log4j2.properties").write_text(
            "rootLogger.level = info\n"
            "rootLogger.appenderRef.stderr.ref = stderr\n"
            "appender.stderr.type = Console\n"
            "appender.stderr.name = stderr\n"
            "appender.stderr.target = SYSTEM_ERR\n"
            "appender.stderr.layout.type = PatternLayout\n"
            "appender.stderr.layout.pattern = %m%n\n"
        )
        return folder

    def session(self, more: dict[str, str]) -> SparkSession:
        """A driver in this process."""
        builder = SparkSession.builder.master(self.master).appName("mtlint tests")
        for key, value in (CONFIGURATION | more).items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
        spark.sparkContext.addPyFile(str(INTEGRATION / "mtlint_spark.py"))
        return spark

    def submit(self, *arguments: str, master: str | None = None) -> subprocess.CompletedProcess:
        """spark-submit, as a user calls it; on the cluster if no other master is named."""
        command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", master or self.master]
        for key, value in CONFIGURATION.items():
            command += ["--conf", f"{key}={value}"]
        return subprocess.run(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            cwd=self.folder,
        )

    def stop(self) -> None:
        for process in reversed(self.processes):
            # Workers end their executors when they are asked to.
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
