# Every thread of every worker of every instance may hold a connection, and while traffic moves two
# revisions run. Jobs, the migrator and people need some too.
locals {
  workers  = tonumber(local.contract.platform_defaults.WEB_CONCURRENCY)
  threads  = tonumber(lookup(var.settings, "WEB_THREADS", local.contract.code_defaults.WEB_THREADS))
  pool     = tonumber(lookup(var.settings, "DB_POOL_SIZE", local.threads))
  reserved = length(local.jobs) + 10

  connections = 2 * var.instances.max * local.workers * (local.pool > 0 ? local.pool : local.threads) + local.reserved
}
