-- Removes keys of an epoch that is closed.
-- KEYS what goes
for first = 1, #KEYS, 1000 do
  redis.call('UNLINK', unpack(KEYS, first, math.min(first + 999, #KEYS)))
end
return 0
