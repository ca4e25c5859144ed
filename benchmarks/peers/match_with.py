"""Times peers' matchers on the texts and terms that the benchmark wrote: `match_with.py TEXTS TERMS`."""

import json
import sys
import time

import ahocorasick
from flashtext import KeywordProcessor

texts = json.load(open(sys.argv[1], encoding="utf-8"))
terms = json.load(open(sys.argv[2], encoding="utf-8"))
size = sum(len(text.encode()) for text in texts) / 1e6


def timed(work) -> float:
    best = 1e9
    for _ in range(3):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return size / best


flash = KeywordProcessor(case_sensitive=False)
for term in terms:
    flash.add_keyword(term)
automaton = ahocorasick.Automaton()
for term in terms:
    automaton.add_word(term, term)
automaton.make_automaton()
lowered = [text.lower() for text in texts]
found = {
    "flashtext": timed(lambda: [flash.extract_keywords(text) for text in texts]),
    "pyahocorasick": timed(lambda: [list(automaton.iter(text)) for text in lowered]),
}
print(json.dumps(found))
