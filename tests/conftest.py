"""Settings for all tests."""

import os

from hypothesis import HealthCheck, settings

# CI tries the same examples each time, so that a change is judged by what it changes; elsewhere they are new ones
settings.register_profile(
    "default",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=20_000, derandomize=False)
settings.load_profile(os.environ.get("CNNCALC_HYPOTHESIS", "default"))
