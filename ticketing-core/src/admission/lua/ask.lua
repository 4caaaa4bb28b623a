-- Says where places stand; a waiting one is present from now on, a ready one claims its turn.
-- KEYS[11], .. the buckets, one per question.
-- ARGV[3] near zone, [4] drawn; then per question: account, now, number, rank (0: none yet),
-- old (1: the token is of an earlier epoch), claims (0: only present)
-- Returns {watermark, standing, standing, ..}
local near_zone, drawn, answers = tonumber(ARGV[3]), ARGV[4], {{}}
local function claim(number, now)
  local lease = string.match(redis.call('HGET', TURNS, number) or '0 ', '^(%d+) ')
  local deadline = tonumber(redis.call('ZSCORE', READY, number))
  redis.call('ZREM', READY, number)
  if now >= deadline then
    end_place(number, 'L', 'lapsed_total')
    return 'L'
  end
  redis.call('ZADD', ADMITTED, now + tonumber(lease), number)
  redis.call('HINCRBY', LINE, 'admitted_total', 1)
  return 'A'
end
for question = 1, #KEYS - 10 do
  local at = 5 + (question - 1) * 6
  local account, now, number = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local rank = tonumber(ARGV[at + 3])
  local owner = whose(KEYS[10 + question], account, number, ARGV[at + 4] == '1', drawn)
  local state = owner == 'mine' and state_of(number, drawn) or owner
  if state == 'W' and rank > 0 then
    mark_present(number, account, rank, near_zone, ARGV[at + 1])
  elseif state == 'R' and ARGV[at + 5] == '1' then
    state = claim(number, now)
  elseif state == 'A' and now >= tonumber(redis.call('ZSCORE', ADMITTED, number)) then
    state = 'E'
  end
  local answer = standing(state, number)
  if state ~= 'A' then answer[3] = '0' end
  answers[question + 1] = answer
end
answers[1] = watermark()
return answers
