"""CLEAN: Page → Story or Discard. Pure functions; no network, no clock.

clean      the step: `clean(page)`; `worker.clean_safely` runs it in a child process within limits
wire       plain wire texts: `clean_text(text, …)`
offsets    from a span of story text back to the input: `to_input(story, start, end)`
copies     which texts are copies of one another: `cluster(signed)`
canonical  one form for the many spellings of an address
language   which language a text is in

Inside: decoding, markup, hidden, metadata, article and verdict read a page; paragraphs, peel, furniture, dateline,
bylines and attribution take a text apart; days, moments, normal, fingerprint and story put it together;
`phrases.toml` holds the words of seven languages by which furniture, notices and credits are known.
"""
