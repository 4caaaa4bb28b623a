-- Begins a line in a new epoch. Its numbers go on from the ceiling, below which any may have been
-- given out. ARGV[3] ceiling, [4] nobody is admitted before
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
redis.call('HSET', KEYS[2], 'last', ARGV[3], 'head', ARGV[3], 'ceiling', ARGV[3],
  'resume_at', ARGV[4])
return {}
