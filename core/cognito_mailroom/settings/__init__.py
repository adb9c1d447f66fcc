"""What users set: core's settings, what plugins declare theirs with, and what reads both.

A class of settings is an environ-config class. Plugin authors find here `HostedTemplates`, the converters
that several plugins need, and, for their tests, `read` with the `Problems` that it adds to.

A name is imported when it is asked for: environ-config alone is much for a command line that only helps.
"""

from typing import TYPE_CHECKING

from cognito_mailroom.lazy_imports import lazy_attributes

if TYPE_CHECKING:
    from .converters import duration, locale, names, switch
    from .hosted_templates import HostedTemplates
    from .problems import Problems
    from .reading import Variable, read, variables
    from .regions import check_arn, region

__all__ = [
    "HostedTemplates",
    "Problems",
    "Variable",
    "check_arn",
    "duration",
    "locale",
    "names",
    "read",
    "region",
    "switch",
    "variables",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_attributes(
        __name__,
        {
            ".converters": ("duration", "locale", "names", "switch"),
            ".hosted_templates": ("HostedTemplates",),
            ".problems": ("Problems",),
            ".reading": ("Variable", "read", "variables"),
            ".regions": ("check_arn", "region"),
        },
    )
