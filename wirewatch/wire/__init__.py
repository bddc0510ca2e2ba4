"""The bundled wire: a small world of news sites on 127.0.0.1, for the demo and the tests.

`outlets.toml` lists the sites, `stories/<outlet>/<slug>.md` what they publish, `layouts/` how their pages look, and
`expected.toml` what a careful reader finds in it all. Outlets, bylines and texts are our own writing. What is told of
Armenia and Azerbaijan follows public record of December 2023; Velmora, Tarsenia, Norholm, Sarvania and Ostrel do not
exist.
"""
