-- Keeps a first page of a production's reviews, unless a newer version is known.
-- KEYS[1] the production's pages. ARGV[1] version, [2] a version is kept for (ms), [3] which page, or '' to say
-- that nothing older is good any more, [4] the page
-- Returns 1 where it was taken
local known = tonumber(redis.call('HGET', KEYS[1], 'version') or '-1')
local version = tonumber(ARGV[1])
if known > version then return 0 end
if known < version then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'version', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], ARGV[3], ARGV[4]) end
return 1
