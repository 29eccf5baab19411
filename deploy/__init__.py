"""From push to production: the pipeline's own programs, and its rehearsal."""
