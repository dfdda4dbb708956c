"""The words of the closed world other than its countries: people, nouns, verbs, adjectives, symbols."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MALE_NAMES = _words(
    "John Tom Paul Mark Peter James David Frank Henry Jack Sam Luke Adam Eric Simon Daniel Martin Robert "
    "Oscar Victor Arthur Walter Ralph Hugo"
)
FEMALE_NAMES = _words(
    "Mary Anna Lucy Kate Susan Jane Emma Laura Alice Helen Rose Clara Julia Nina Sarah Diana Ruth Grace "
    "Ellen Martha Sophie Vera Irene Judy"
)
NAMES = tuple(name for pair in zip(MALE_NAMES, FEMALE_NAMES, strict=True) for name in pair)
"""All first names, male and female in turn, so that a skewed sampler stays balanced."""

OCCUPATIONS = _words("teacher doctor farmer lawyer pilot student singer writer guard nurse baker sailor painter chef")
PERSONS = (*OCCUPATIONS, "king", "queen", "boy", "girl")
ANIMALS = _words("dog cat horse cow bird rabbit lion tiger bear snake duck goat")
THINGS = _words("car boat lamp table clock picture key letter box chair cup ring")
ANIMATES = PERSONS + ANIMALS
NOUNS = ANIMATES + THINGS

TRANSITIVE_VERBS = _words("admire chase follow help know see hear watch like fear")
INTRANSITIVE_VERBS = _words("sleep run sing laugh wait smile swim jump work dance")
AUXILIARIES = (("is", "are"), ("was", "were"), ("has", "have"), ("seems", "seem"))
"""(singular, plural)"""

ANIMATE_ADJECTIVES = _words("tired happy young old clever angry quiet strong tall brave hungry kind")
THING_ADJECTIVES = _words("old red blue green heavy broken new small big clean dirty cheap")
PREPOSITIONS = _words("near behind beside above under")
ADVERBS = _words("often always never usually rarely")

PLACES = _words("store park school beach market library museum station hotel garden cafe office")
OBJECTS = _words("drink book ball gift flower scarf ticket coin watch pen hat camera map cake")
EVENTS = _words("war siege drought strike trial festival reign project voyage famine")
WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = _words("January February March April May June July August September October November December")
TWO_DIGITS = tuple(f"{number:02d}" for number in range(100))
CENTURIES = ("15", "16", "17", "18", "19")
SYMBOLS = _words(
    "alpha beta gamma delta sigma omega zinc gold iron silver oak pine maple cedar ruby pearl amber jade "
    "north south east west lemon plum fig grape olive mint"
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
"""Opening bracket -> closing bracket."""

OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in _words(
        "hot/cold big/small old/new fast/slow clean/dirty happy/sad strong/weak rich/poor light/dark wet/dry "
        "hard/soft loud/quiet tall/short cheap/expensive early/late full/empty"
    )
)

MALE_PRONOUNS = {"he": "he", "his": "his", "himself": "himself"}
FEMALE_PRONOUNS = {"he": "she", "his": "her", "himself": "herself"}


def pluralise(noun: str) -> str:
    """The plural of one of `NOUNS`."""
    return noun + ("es" if noun.endswith("x") else "s")


def third_person(verb: str) -> str:
    """The third person singular of a verb: `watch` -> `watches`."""
    return verb + ("es" if verb.endswith(("ch", "s", "x")) else "s")


def is_female(name: str) -> bool:
    """Whether one of `NAMES` is a woman's."""
    return name in FEMALE_NAMES


def inflected_words() -> frozenset[str]:
    """Nouns in both numbers and verbs in both persons."""
    verbs = TRANSITIVE_VERBS + INTRANSITIVE_VERBS
    return frozenset((*NOUNS, *map(pluralise, NOUNS), *verbs, *map(third_person, verbs)))


CONTENT_WORDS: frozenset[str] = frozenset((*NAMES, *NOUNS, *map(pluralise, NOUNS), *OBJECTS, *PLACES, *SYMBOLS))
"""Words that stand for something, as opposed to those that hold a sentence together."""

LEXICON_WORDS: frozenset[str] = (
    CONTENT_WORDS
    | inflected_words()
    | frozenset(word for pair in AUXILIARIES + OPPOSITES for word in pair)
    | frozenset((*ANIMATE_ADJECTIVES, *THING_ADJECTIVES, *PREPOSITIONS, *ADVERBS, *EVENTS))
    | frozenset((*WEEKDAYS, *MONTHS, *TWO_DIGITS, *CENTURIES))
    | frozenset((*CLOSING.keys(), *CLOSING.values(), *MALE_PRONOUNS.values(), *FEMALE_PRONOUNS.values()))
)
"""Every word of this file that a sentence can hold."""
