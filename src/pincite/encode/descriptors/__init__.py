"""Encoders that need no weights: how a picture looks, whether it is the same one, how it sounds.

They compare pictures with pictures and sounds with sounds, by their look and their sound; of
what is meant or said they know nothing.
"""
