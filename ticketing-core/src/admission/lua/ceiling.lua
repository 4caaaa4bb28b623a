-- Numbers up to a ceiling that PostgreSQL has recorded may be given out. ARGV[3] ceiling
redis.call('HSET', LINE, 'ceiling', math.max(line_number('ceiling'), tonumber(ARGV[3])))
return {}
