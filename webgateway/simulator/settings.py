from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Settings:
    time_scale: float = 1.0
    """Every retry delay and the 15 min / 1 h rules are multiplied by this; 0.001 makes an hour 3.6 s.
    `POST /_sim/clock` changes it while running."""
    webhook_timeout: float = 5.0
    """Seconds a webhook receiver has to answer (contract 6.4)."""
    verification_timeout: float = 5.0
    strict_redirects: bool = False
    """True: apps in development accept only registered redirect URIs too."""
    deliver: bool = True
    """False: webhooks are queued and kept, never posted."""
    bot_seconds: float = 30.0
    """How long the echo bot thinks about "slow"."""
    hang_seconds: float = 60.0
    """How long the `hang` fault keeps a request open."""
    snapshot_delay: float = 0.9
    """Seconds between a change and its snapshot on disk."""
    hold_seconds: float = 1.0
    """How long the batching and out-of-order faults wait for company."""
    templates: Path = ROOT / "templates"
    static: Path = ROOT / "static" / "simulator"
    vendor: Path = ROOT / "static" / "vendor"
