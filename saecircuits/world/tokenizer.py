"""The word-level tokenizer of the closed world.

A token is a word or a mark. Tokens are joined by blanks when decoded, and splitting at blanks gives the same tokens
again.
"""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from .corpus import BOS
from .facts import FACT_WORDS
from .grammar import agreement, everyday, geography, people, sequences
from .lexicon import LEXICON_WORDS

PAD, UNKNOWN = "<pad>", "<unk>"
SPECIAL_TOKENS = (PAD, BOS, UNKNOWN)
CONTEXT_LENGTH = 512
"""Positions that the language model is configured for; it is trained on rows of 64."""


def vocabulary() -> tuple[str, ...]:
    """Every token in the order of its id: the special ones, then the grammar's words by name."""
    modules = (agreement, everyday, geography, people, sequences)
    words = FACT_WORDS.union(LEXICON_WORDS, *(module.WORDS for module in modules))
    return (*SPECIAL_TOKENS, *sorted(words))


def token_ids() -> dict[str, int]:
    """Token -> id."""
    return {word: index for index, word in enumerate(vocabulary())}


def encode_words(words: Sequence[str], ids: dict[str, int]) -> list[int]:
    """Ids of words that all are in the vocabulary: a generated row needs no tokenizer.

    Raises:
        KeyError: for a word that the grammar does not have.
    """
    return [ids[word] for word in words]


def make_tokenizer() -> PreTrainedTokenizerFast:
    """The tokenizer as a Hugging Face fast tokenizer; it puts `<bos>` first and reads unknown words as `<unk>`."""
    ids = token_ids()
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, ids[BOS])])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BOS,
        pad_token=PAD,
        unk_token=UNKNOWN,
        padding_side="right",
        clean_up_tokenization_spaces=False,
        model_max_length=CONTEXT_LENGTH,
    )
