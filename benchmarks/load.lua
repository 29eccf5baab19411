-- Sends one kind of request; every thread takes its own numbers: first + thread, + threads, ...
-- Arguments: method, path (with %d for a number), body, content type, token, first, count.
local threads = 0

function setup(thread)
    thread:set("mine", threads)
    threads = threads + 1
    thread:set("stride", 2)
end

function init(arguments)
    method, path, body = arguments[1], arguments[2], arguments[3]
    first, count = tonumber(arguments[6]), tonumber(arguments[7])
    headers = { ["Content-Type"] = arguments[4] }
    if arguments[5] ~= "" then
        headers["Authorization"] = "Bearer " .. arguments[5]
    end
    if body == "" then
        body, headers["Content-Type"] = nil, nil
    end
    numbered = path:find("%%d") ~= nil
    taken = mine
end

function request()
    local where = path
    if numbered then
        where = path:format(first + taken % count)
        taken = taken + stride
    end
    return wrk.format(method, where, headers, body)
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50_ms": %f, "p99_ms": %f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
