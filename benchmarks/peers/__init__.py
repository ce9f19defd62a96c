"""The same passages and MiniLM weights through other libraries and through Pincite.

python -m benchmarks.peers
"""
