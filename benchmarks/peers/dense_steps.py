"""Worker: what plain torch does, dense autograd and fused Adam, with clipping and counts of dead features."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from benchmarks.peers.stepping import Shape, Step, nothing, serve_steps


def topk(shape: Shape, sample: Tensor) -> tuple[Step, Callable[[], Mapping[str, float]]]:
    """A TopK autoencoder with tied start and unit decoder rows."""
    random = torch.Generator().manual_seed(0)
    rows = torch.randn(shape.m, shape.d, generator=random)
    rows = (rows / rows.norm(dim=1, keepdim=True)).to(shape.device)
    w_enc, w_dec = nn.Parameter(rows.T.clone()), nn.Parameter(rows.clone())
    b_enc, b_dec = nn.Parameter(torch.zeros(shape.m, device=shape.device)), nn.Parameter(sample.mean(0))
    parameters = [w_enc, b_enc, w_dec, b_dec]
    optimizer = torch.optim.Adam(parameters, lr=2e-4, fused=True)
    since = torch.zeros(shape.m, dtype=torch.long, device=shape.device)

    def step(batch: Tensor) -> None:
        with torch.autocast(shape.device, torch.bfloat16, enabled=shape.precision == "bf16"):
            pre = ((batch - b_dec) @ w_enc + b_enc).relu()
            values, indices = pre.topk(shape.k, dim=1, sorted=False)
            latents = torch.zeros_like(pre).scatter(1, indices, values)
            loss = (latents @ w_dec + b_dec - batch).float().pow(2).sum(1).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad():
            w_dec.div_(w_dec.norm(dim=1, keepdim=True))
            since.add_(len(batch))
            since[indices.flatten()] = 0

    return step, nothing


if __name__ == "__main__":
    serve_steps({"topk": topk})
