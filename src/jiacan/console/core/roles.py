"""What the roles are called."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.tenancy.contracts import Role

ROLE_NAMES: Mapping[Role, Message] = {
    Role.OWNER: tell("Owner"),
    Role.OPERATIONS: tell("Operations"),
    Role.MARKETING: tell("Marketing"),
    Role.SERVICE_LEAD: tell("Service lead"),
    Role.SERVICE_AGENT: tell("Service agent"),
    Role.WAREHOUSE: tell("Warehouse"),
    Role.FINANCE: tell("Finance"),
    Role.ANALYST: tell("Analyst"),
    Role.AUDITOR: tell("Auditor"),
}
