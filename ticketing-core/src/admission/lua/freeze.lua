-- Fixes how many joined before the opening, the first time. Returns {places}
redis.call('HSETNX', LINE, 'places', line_number('last'))
return {redis.call('HGET', LINE, 'places')}
