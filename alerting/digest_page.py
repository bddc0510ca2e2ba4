"""A digest as HTML for an e-mail: no script, no style from elsewhere, every word escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

if TYPE_CHECKING:
    from alerting.digest import Part

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body>
<h1>{{ title }}</h1>
{%- if nothing %}
<p>{{ nothing }}</p>
{%- endif %}
{%- for part in parts %}
<h2>{{ part.head }} ({{ part.lines | length }})</h2>
<ul>
{%- for line in part.shown %}
<li>{% if line.url %}<a href="{{ line.url }}">{{ line.words }}</a>{% else %}{{ line.words }}{% endif %}</li>
{%- endfor %}
</ul>
{%- endfor %}
<p><a href="{{ url }}">All exchanges</a></p>
</body>
</html>
"""


def as_html(*, title: str, nothing: str, parts: Sequence[Part], url: str) -> str:
    """The page.

    Args:
        title: its title and first line.
        nothing: said where there is no news; "" where there is.
        parts: in order.
        url: of all exchanges.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(_PAGE).render(title=title, nothing=nothing, parts=parts, url=url)
