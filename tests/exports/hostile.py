"""A tiny model whose vocabulary is meant to break what shows it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from saecircuits.attribution import NextTokens, Target, attribute_direct
from saecircuits.circuit import Circuit
from saecircuits.replacement import Replacement
from saecircuits.subject import Subject
from tests.tiny import VOCABULARY, tiny_model
from tests.tiny_dictionaries import random_transcoder

TOKENS = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<!--",
    "]]>",
    "</title>",
    "&lt;b&gt;",
    "\n",
    "\r\n",
    "\t",
    "nul\x00byte",
    "\x1b[31mred",
    "\x7f\x85",
    "\u2028",
    "\u202eright to left",
    "\ufffe",
    "\U0001f600",
    '"quoted"',
    "'single'",
    "back\\slash",
    "{",
    "}}",
    "$x$",
    "$\\frac{a$",
    "%(name)s",
    "`tick`",
    "[bold]markup[/bold]",
    "日本",
    "عربي",
    "e\u0301",
)


@cache
def hostile_tokenizer() -> PreTrainedTokenizerFast:
    """Plain words first, then every hostile text as a token of its own."""
    words = ["<unk>", "<pad>", "<bos>", "<eos>"]
    words += [f"w{i}" for i in range(VOCABULARY - len(words) - len(TOKENS))]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in TOKENS])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


@cache
def hostile_replacement() -> Replacement:
    subject = Subject(tiny_model("gpt2"), hostile_tokenizer(), "tiny <b>&</b> hostile")
    return Replacement(subject, [random_transcoder(layer, subject.d_model) for layer in range(3)])


def hostile_circuit(texts: tuple[str, ...] = TOKENS, target: Target | None = None) -> Circuit:
    """A pruned circuit of a prompt of hostile tokens, explaining hostile tokens, with hostile labels."""
    model = hostile_replacement()
    prompt = " ".join(texts)
    circuit = attribute_direct(model, prompt, target or NextTokens(texts[:3])).prune(0.8, 0.8)
    features = [node.feature for node in circuit.top(10**6) if node.feature]
    labels = {feature: texts[i % len(texts)] for i, feature in enumerate(features)}
    ids = tuple(node.id for node in circuit.top(2))
    return replace(circuit, labels=labels, supernodes={text: ids for text in texts[:4]} if ids else {})
