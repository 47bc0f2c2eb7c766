"""What the tests count stays apart from what an installation on this machine counts."""

import os
from tempfile import TemporaryDirectory

METRICS = TemporaryDirectory(prefix="webgateway-metrics-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS.name
