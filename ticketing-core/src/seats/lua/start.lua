-- Begins the seats of a new epoch. ARGV[3] every seat's status, one byte each
for key = 12, 19 do redis.call('DEL', KEYS[key]) end
redis.call('SET', STATUS, ARGV[3])
redis.call('HSET', CHANGES, 'sequence', 0)
return {}
