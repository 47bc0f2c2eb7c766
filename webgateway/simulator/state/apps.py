from dataclasses import dataclass, field


@dataclass
class Subscription:
    """What an app wants of one object, and where (contract 4.2)."""

    callback_url: str
    verify_token: str
    fields: dict[str, str] = field(default_factory=dict)
    """field name → the Graph version it was subscribed at"""
    include_values: bool = True
    active: bool = True


@dataclass
class App:
    id: str
    secret: str
    name: str
    business: str = ""
    mode: str = "dev"
    require_proof: bool = False
    api_settings_allowed: bool = True
    human_agent: bool = True
    default_version: str = "v26.0"
    redirect_uris: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    """key of a user or customer → administrators, developers, testers"""
    settings: dict[str, str] = field(default_factory=dict)
    """deauth_callback_url, privacy_policy_url and other fields of POST /{app}"""
    deletion_url: str = ""
    """Data Deletion Request URL: set by hand, not through the API"""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        return self.mode == "live"

    def serves(self, key: str) -> bool:
        """In development only people with a role may log in, and only they are heard (contract 6.8, 12)."""
        return self.is_live or key in self.roles
