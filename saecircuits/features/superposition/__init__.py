"""A toy model that keeps more features than it has neurons, and an autoencoder that finds them again."""

from .autoencoder import Recovery, recover
from .toy import LEVELS, ToyModels, ToySettings, sample, toy_loss, train_toy

__all__ = ["LEVELS", "Recovery", "ToyModels", "ToySettings", "recover", "sample", "toy_loss", "train_toy"]
