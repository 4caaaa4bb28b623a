-- The line as it is. Returns {watermark, {ready, max inside, lapsed, expired, left}}
return {watermark(), {
  tostring(redis.call('ZCARD', READY)), tostring(line_number('max_inside')),
  tostring(line_number('lapsed_total')), tostring(line_number('expired_total')),
  tostring(line_number('left_total')),
}}
