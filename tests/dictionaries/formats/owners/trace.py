"""circuit-tracer's graph of a prompt of the embedded model, with transcoders that it loads from a folder.

    python -m tests.dictionaries.formats.owners.trace MODEL TRANSCODERS TOKENS OUT

`MODEL` is the folder of the embedded model, `TRANSCODERS` a set or a cross-layer transcoder as circuit-tracer has them,
`TOKENS` ids with commas in between, `OUT` the `.pt` file to write.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
import yaml
from circuit_tracer.attribution.attribute import attribute
from circuit_tracer.replacement_model.replacement_model_transformerlens import TransformerLensReplacementModel
from circuit_tracer.transcoder.cross_layer_transcoder import load_clt
from circuit_tracer.utils.hf_utils import load_transcoders
from tokenizers import Tokenizer, models, pre_tokenizers
from transformer_lens import HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import convert_llama_weights
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast


def main(model: Path, transcoders: Path, ids: list[int], out: Path) -> None:
    plain: Any = AutoModelForCausalLM.from_pretrained(model)
    config = _config(plain.config, _tokenizer(plain.config, out.parent / "tokenizer"))
    opened = TransformerLensReplacementModel(config, tokenizer=AutoTokenizer.from_pretrained(config.tokenizer_name))
    opened.load_state_dict(convert_llama_weights(plain, config), strict=False)
    opened._configure_replacement_model(_load(transcoders))
    graph = attribute(torch.tensor(ids), opened, max_n_logits=5, desired_logit_prob=0.9, batch_size=64)
    graph.to_pt(str(out))


def _load(folder: Path) -> Any:
    config = yaml.safe_load((folder / "config.yaml").read_text())
    hooks = {name: config[name] for name in ("feature_input_hook", "feature_output_hook")}
    if config["model_kind"] == "cross_layer_transcoder":
        return load_clt(str(folder), **hooks, device=torch.device("cpu"), dtype=torch.float32, lazy_decoder=False)
    layers = len(list(folder.glob("layer_*.safetensors")))
    config["transcoders"] = [str(folder / f"layer_{layer}.safetensors") for layer in range(layers)]
    return load_transcoders(config, torch.device("cpu"), torch.float32, lazy_encoder=False, lazy_decoder=False)


def _tokenizer(config: Any, folder: Path) -> str:
    """Every token a word; versions of transformers read each other's tokenizers badly, and ids are given anyway."""
    words = [f"w{i}" for i in range(config.vocab_size)]
    words[config.bos_token_id] = "<bos>"
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="w2"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<bos>", eos_token="<bos>").save_pretrained(folder)
    return str(folder)


def _config(llama: Any, tokenizer: str) -> HookedTransformerConfig:
    return HookedTransformerConfig(
        n_layers=llama.num_hidden_layers,
        d_model=llama.hidden_size,
        n_heads=llama.num_attention_heads,
        d_head=llama.head_dim,
        d_mlp=llama.intermediate_size,
        n_ctx=128,
        d_vocab=llama.vocab_size,
        act_fn="silu",
        gated_mlp=True,
        normalization_type="RMS",
        final_rms=True,
        eps=llama.rms_norm_eps,
        positional_embedding_type="rotary",
        rotary_dim=llama.head_dim,
        rotary_adjacent_pairs=False,
        model_name="world",
        original_architecture="LlamaForCausalLM",
        tokenizer_name=tokenizer,
        device="cpu",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [int(each) for each in sys.argv[3].split(",")], Path(sys.argv[4]))
