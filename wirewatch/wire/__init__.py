"""The bundled wire: a small world of news sites on 127.0.0.1, for the demo and the tests.

`outlets.toml` lists the sites, `stories/<outlet>/<slug>.md` what they publish and when, `layouts/` how their pages
look, `parties.toml` who exists here only, and `expected.toml` what a careful reader finds in it all, day by day. It can
be served as it stood at any moment of the week that it tells (`server.serve`).

Outlets, bylines and texts are our own writing. What is told of Armenia and Azerbaijan follows public record of December
2023; the parties of `parties.toml` do not exist, nor does what is told of them.
"""
