"""The sentence kinds of the closed world, one file an idea.

A sentence is a list of words that ends in a full stop; each function takes a `Sampler` and returns one sentence.
Where prompts ask for a behaviour, the function that draws the scene stands apart from the one that writes the sentence.
"""
