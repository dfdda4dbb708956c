"""One random model with random transcoders and a prompt, in files that both sides of the comparison load.

The model is of GPT-2's layout, with biases and position embeddings: what the other library has no nodes for shows. The
threshold of each layer is set so that as many features fire at each token as were asked for, on average.

Files of a problem: `model/` (weights), `dictionaries.safetensors`, `problem.json`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import AutoModelForCausalLM, GPT2Config, PreTrainedTokenizerFast
from transformers.utils import logging

BOS = 2
FIRST_WORD = 4


@dataclass(frozen=True)
class Problem:
    """The shape of a problem.

    Args:
        layers, d_model, heads, features: of the model and of each layer's transcoder.
        wiring: `"plt"` (a transcoder writes its own layer) or `"clt"` (its own and all later layers).
        tokens: length of the prompt, the first token included.
        active: features that fire at a token of a layer, on average; none do at the first token.
        vocabulary: number of tokens.
    """

    layers: int
    d_model: int
    heads: int
    features: int
    wiring: str = "plt"
    tokens: int = 16
    active: int = 45
    vocabulary: int = 4096

    def writes(self, layer: int) -> int:
        """How many layers the features of a layer write."""
        return self.layers - layer if self.wiring == "clt" else 1


A = Problem(layers=6, d_model=256, heads=4, features=2048)
B = Problem(layers=12, d_model=768, heads=12, features=6144)
GEMMA = Problem(layers=26, d_model=2304, heads=9, features=16384, tokens=64)
"""As large as Gemma-2-2B with 16k transcoders; for a graphics card."""
CONFIGURATIONS = {
    "A": A,
    "A-clt": replace(A, wiring="clt"),
    "B": B,
    "B-clt": replace(B, wiring="clt"),
    "gemma": GEMMA,
}


def read_problem(folder: Path) -> tuple[Problem, list[int]]:
    """The shape of a problem on disk, and its prompt as token ids."""
    found: dict[str, Any] = json.loads((folder / "problem.json").read_text("utf-8"))
    return Problem(**found["problem"]), found["ids"]


def write_problem(problem: Problem, folder: Path, seed: int = 0) -> Path:
    """Make a problem and write its files."""
    torch.manual_seed(seed)
    logging.disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    model = _model(problem)
    model.save_pretrained(folder / "model")
    ids = [BOS, *torch.randint(FIRST_WORD, problem.vocabulary, (problem.tokens - 1,)).tolist()]
    save_file(_dictionaries(problem, _mlp_inputs(model, ids)), folder / "dictionaries.safetensors")
    (folder / "problem.json").write_text(json.dumps({"problem": asdict(problem), "ids": ids}), "utf-8")
    return folder


def _model(problem: Problem) -> Any:
    config = GPT2Config(
        n_layer=problem.layers,
        n_embd=problem.d_model,
        n_head=problem.heads,
        vocab_size=problem.vocabulary,
        n_positions=max(problem.tokens, 64),
        bos_token_id=BOS,
        eos_token_id=BOS + 1,
        tie_word_embeddings=False,
    )
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
            else:
                parameter.mul_(2)
    return model


def word_tokenizer(problem: Problem) -> PreTrainedTokenizerFast:
    """Every token a word; made anew on each side, since versions of transformers read each other's files badly."""
    words = ["<unk>", "<pad>", "<bos>", "<eos>"] + [f"w{i}" for i in range(problem.vocabulary - FIRST_WORD)]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", bos_token="<bos>", eos_token="<eos>"
    )


@torch.no_grad()
def _mlp_inputs(model: Any, ids: list[int]) -> list[Tensor]:
    """What the MLP of each layer reads, without the first token."""
    seen: list[Tensor] = []
    hooks = [
        block.mlp.register_forward_hook(lambda module, inputs, out: seen.append(inputs[0][0, 1:]))
        for block in model.transformer.h
    ]
    model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return seen


def _dictionaries(problem: Problem, mlp_inputs: list[Tensor]) -> dict[str, Tensor]:
    """`W_enc.l` [feature, d_model], `b_enc.l`, `threshold.l`, `W_dec.l` [feature, write, d_model], `b_dec.l`."""
    tensors: dict[str, Tensor] = {}
    for layer, x in enumerate(mlp_inputs):
        encoder = torch.randn(problem.features, problem.d_model) / problem.d_model**0.5
        bias = 0.1 * torch.randn(problem.features)
        decoder = torch.randn(problem.features, problem.writes(layer), problem.d_model) / problem.d_model**0.5
        tensors[f"W_enc.{layer}"], tensors[f"b_enc.{layer}"], tensors[f"W_dec.{layer}"] = encoder, bias, decoder
        tensors[f"b_dec.{layer}"] = 0.1 * torch.randn(problem.d_model)
        tensors[f"threshold.{layer}"] = _threshold(x @ encoder.T + bias, problem.active)
    return tensors


def _threshold(pre: Tensor, active: int) -> Tensor:
    """Half-way between the last that fires and the first that does not, so that rounding decides about none."""
    falling = pre.flatten().sort(descending=True).values
    count = min(active * len(pre), len(falling) - 1)
    level = (falling[count - 1] + falling[count]) / 2
    return level.clamp_min(0).expand(pre.shape[1]).clone()
