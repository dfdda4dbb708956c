"""Checkpoints of others with matrices that stay in their files: the owners' numbers, or a reason why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from saecircuits.dictionaries import FORMATS, Dictionary, convert, load_dictionaries, tensor_files
from saecircuits.dictionaries.formats.tensors import Tensors
from saecircuits.errors import FileFormatError, InputError
from tests.dictionaries.formats.cases import CASES, DATA, expected
from tests.dictionaries.formats.damage import change_weights, copied, weights_of
from tests.dictionaries.formats.test_contract import CLOSE, computed

LAZY = [name for name, case in CASES.items() if FORMATS[case.format].lazy and "whitened" not in name]
OTHERS = [name for name, case in CASES.items() if not FORMATS[case.format].lazy]


def lazily(source: Path, **options: object) -> list[Dictionary]:
    return load_dictionaries(source, lazy=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", LAZY)
@pytest.mark.filterwarnings("default:.*lets negative ones fire.*")
def test_numbers_are_the_owners(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    what, numbers = CASES[case], expected(case)
    taken: list[Tensor] = []
    take = Tensors.take
    monkeypatch.setattr(Tensors, "take", lambda self, *name: taken.append(take(self, *name)) or taken[-1])
    dictionaries = lazily(DATA / case, **what.options)
    assert all(d.lazy for d in dictionaries) and tuple(d.name for d in dictionaries) == what.names
    features = dictionaries[0].n_features
    assert all(each.ndim < 2 or features not in each.shape for each in taken)  # no matrix, even for a moment
    latents, out = computed(dictionaries, numbers["x"])
    torch.testing.assert_close(latents, numbers["latents"].view_as(latents), **CLOSE)
    torch.testing.assert_close(out, numbers["out"].view_as(out), **CLOSE)
    for lazy, eager in zip(dictionaries, load_dictionaries(DATA / case, **what.options), strict=True):
        rows = torch.tensor([3, 1, 3])
        torch.testing.assert_close(lazy.encoder_rows(rows), eager.W_enc[rows], rtol=1e-6, atol=1e-7)
        torch.testing.assert_close(lazy.decoder_rows(rows, 0), eager.W_dec[rows, 0], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", OTHERS)
def test_formats_that_cannot_be_read_lazily_say_so(case: str) -> None:
    with pytest.raises(InputError, match=rf"of the format {CASES[case].format}, whose rows cannot be read") as caught:
        lazily(DATA / case, **CASES[case].options)
    assert "sc.convert" in caught.value.cure and "circuit_tracer_clt" in caught.value.cure


def test_whitened_activations_are_refused() -> None:
    with pytest.raises(InputError, match="of whitened activations"):
        lazily(DATA / "sae_lens_whitened")


@pytest.mark.parametrize("to", ["saecircuits", "circuit_tracer", "circuit_tracer_clt", "sae_lens"])
def test_a_lazy_set_is_converted(to: str, tmp_path: Path) -> None:
    source = DATA / ("circuit_tracer_clt_jumprelu" if "clt" in to else "circuit_tracer_jumprelu_skip")
    if to == "sae_lens":
        source = DATA / "sae_lens_jumprelu_skip_transcoder"
    convert(lazily(source), tmp_path / "lazy", to)
    convert(load_dictionaries(source), tmp_path / "eager", to)
    for one, other in zip(weights_of(tmp_path / "lazy"), weights_of(tmp_path / "eager"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_gain_of_a_norm_is_folded_into_rows(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    gain = 0.5 + torch.rand(8, generator=torch.Generator().manual_seed(0))
    options = {"site": ("mlp_in.3", "mlp_out.3"), "name": "t"}
    as_it_is = load_dictionaries(folder, **options)[0]  # type: ignore[arg-type]
    gain, bias = torch.rand(as_it_is.d_model) + 0.5, torch.randn(as_it_is.d_model)
    path = tmp_path / "gemma-scope-2b-pt-transcoders" / "layer_3"
    path.mkdir(parents=True)
    (path / "params.npz").write_bytes(weights_of(folder)[0].read_bytes())
    (eager,), (lazy,) = (load_dictionaries(path, norm=lambda _: (gain, bias), lazy=each) for each in (False, True))
    inside = torch.randn(5, 1, as_it_is.d_model)
    torch.testing.assert_close(lazy(gain * inside + bias), as_it_is(inside), **CLOSE)
    torch.testing.assert_close(lazy.W_enc, eager.W_enc)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", "<f2", "<f8"])
def test_arrays_of_numpy_in_any_order_and_type(order: str, dtype: str, tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    (path,) = weights_of(folder)
    with np.load(path) as archive:
        held = {name: np.asarray(archive[name], dtype=dtype, order=order) for name in archive.files}  # type: ignore[call-overload]
    np.savez(path, **held)
    (lazy,), (eager,) = lazily(folder), load_dictionaries(folder)
    assert torch.equal(lazy.W_enc, eager.W_enc) and torch.equal(lazy.W_dec, eager.W_dec)
    torch.testing.assert_close(lazy(torch.ones(2, 1, lazy.d_model)), eager(torch.ones(2, 1, lazy.d_model)))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.float8_e4m3fn])
def test_safetensors_of_any_precision(dtype: torch.dtype, tmp_path: Path) -> None:
    folder = copied("circuit_tracer_relu", tmp_path)
    for path in weights_of(folder):
        change_weights(path, lambda held: {name: value.to(dtype) for name, value in held.items()})
    for lazy, eager in zip(lazily(folder), load_dictionaries(folder), strict=True):
        assert lazy.decoder_rows(1).dtype == torch.float32
        assert torch.equal(lazy.W_enc, eager.W_enc) and torch.equal(lazy.decoder_rows(1), eager.W_dec[1])


def test_compressed_archives_are_refused(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    (path,) = weights_of(folder)
    with np.load(path) as archive:
        np.savez_compressed(path, **{name: archive[name] for name in archive.files})
    with pytest.raises(InputError, match=r"params\.npz is compressed") as caught:
        lazily(folder)
    assert "sc.convert" in caught.value.cure
    assert load_dictionaries(folder)


HOSTILE = {
    "quantised": (lambda w: w | {"W_dec": w["W_dec"].to(torch.int16)}, "Weights are floating-point"),
    "wrong shape": (lambda w: w | {"W_dec": w["W_dec"][:-1]}, "has shape"),
    "no matrix": (lambda w: w | {"W_enc": w["W_enc"].flatten()}, "has shape"),
    "empty": (lambda w: w | {"W_enc": w["W_enc"][:, :0]}, "has shape"),
    "missing": (lambda w: {name: value for name, value in w.items() if name != "W_dec"}, "has no W_dec"),
    "unknown": (lambda w: w | {"more": torch.zeros(2)}, "holds more"),
}


@pytest.mark.parametrize("case", ["gemma_scope", "circuit_tracer_relu"])
@pytest.mark.parametrize("change", HOSTILE)
def test_files_that_do_not_fit_are_refused_at_loading(case: str, change: str, tmp_path: Path) -> None:
    folder, (damage, why) = copied(case, tmp_path), HOSTILE[change]
    change_weights(weights_of(folder)[0], damage)
    with pytest.raises(FileFormatError, match=why):
        lazily(folder)


@pytest.mark.parametrize("case", ["gemma_scope", "circuit_tracer_relu"])
def test_numbers_that_are_not_finite_are_refused_when_they_are_read(case: str, tmp_path: Path) -> None:
    folder = copied(case, tmp_path)

    def damage(held: dict[str, Tensor]) -> dict[str, Tensor]:
        held["W_dec"][3] = torch.nan
        return held

    change_weights(weights_of(folder)[0], damage)
    broken, *_ = lazily(folder)
    assert broken.decoder_rows(2).isfinite().all()
    with pytest.raises(FileFormatError, match=r"W_dec in .* holds NaN"):
        broken.decoder_rows(3)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
@pytest.mark.parametrize("case", ["gemma_scope", "circuit_tracer_relu", "circuit_tracer_clt_relu"])
def test_files_cut_short_are_refused(case: str, share: float, tmp_path: Path) -> None:
    folder = copied(case, tmp_path)
    path = weights_of(folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileFormatError):
        lazily(folder)


def test_members_that_are_not_what_the_archive_says(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    (path,) = weights_of(folder)
    file = tensor_files.NpzFile(path)
    with pytest.raises(KeyError):
        file["nothing"]
    whole = bytearray(path.read_bytes())
    start, more = file.extent("W_enc").start, whole.replace(b"'shape': (8, 16)", b"'shape': (8, 17)")
    assert more != whole
    path.write_bytes(bytes(more))
    with pytest.raises(FileFormatError, match=r"W_enc in .* has \d+ bytes, and its head tells of \d+"):
        lazily(folder)
    whole[start - 64 : start - 32] = bytes(32)  # in the array's own head
    path.write_bytes(bytes(whole))
    with pytest.raises(FileFormatError, match=r"W_enc in .* cannot be read"):
        lazily(folder)
