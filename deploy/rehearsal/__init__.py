"""The pipeline, rehearsed on this machine: real programs, a stand-in for the cloud."""

from local.environment import hand_over

# Read when grpc is imported; else it tells of each program that is started beside it.
hand_over("GRPC_ENABLE_FORK_SUPPORT", "false")
