"""The pipeline, rehearsed on this machine: real programs, a stand-in for the cloud."""
