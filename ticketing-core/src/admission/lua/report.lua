-- The line as it is. Returns {head, last, admitted in all, inside, ready, max inside, lapsed,
-- expired, left}
local mark = standing('W', 0)
return {
  mark[4], mark[5], mark[6], mark[7], tostring(redis.call('ZCARD', READY)),
  tostring(line_number('max_inside')), tostring(line_number('lapsed_total')),
  tostring(line_number('expired_total')), tostring(line_number('left_total')),
}
