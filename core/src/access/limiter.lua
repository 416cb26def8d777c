-- GCRA for many machines in one Redis or Valkey: the decision of core/src/access/limiter.rs, made inside the server.
--
-- KEYS[1]  the limit's name, such as "voxguard:rate:<pseudonym>"
-- ARGV     interval in microseconds, burst, cost, and for tests the time in microseconds (else the server's clock)
-- answers  {1 allowed or 0, microseconds until it would be (-1: never), requests that may still come at once}
--
-- Numbers are doubles here: microseconds since 1970 are exact in them, nanoseconds would not be.
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local owed_until = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local next_arrival = owed_until + interval * cost
local latest = now + interval * burst
if next_arrival > latest then
  local wait = next_arrival - latest
  if cost > burst then
    wait = -1
  end
  return {0, wait, math.max(0, math.floor((latest - owed_until) / interval))}
end
-- Once nothing is owed the key may go: a server full of keys that owe nothing forgets them by itself.
redis.call('SET', KEYS[1], string.format('%.0f', next_arrival), 'PX', math.ceil((next_arrival - now) / 1000) + 1)
return {1, 0, math.floor((latest - next_arrival) / interval)}
