namespace LoraFaaS.Storage.Redis;

/// <summary>What must happen in one piece, as Lua.</summary>
internal static class RedisScripts
{
    /// <summary>KEYS: workers, state. ARGV: id, JSON, time to live in ms.</summary>
    public const string PutWorker =
        """
        redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
        return redis.call('SADD', KEYS[1], ARGV[1])
        """;

    /// <summary>KEYS: workers, state. ARGV: id.</summary>
    public const string RemoveWorker =
        """
        redis.call('DEL', KEYS[2])
        return redis.call('SREM', KEYS[1], ARGV[1])
        """;

    /// <summary>KEYS: workers. ARGV: prefix of states. Gives the states and forgets ids that have none.</summary>
    public const string ListWorkers =
        """
        local alive = {}
        for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
            local state = redis.call('GET', ARGV[1] .. id)
            if state then
                alive[#alive + 1] = state
            else
                redis.call('SREM', KEYS[1], id)
            end
        end
        return alive
        """;

    /// <summary>KEYS: hash. ARGV: field, count, field, count …</summary>
    public const string AddCounts =
        """
        for i = 1, #ARGV, 2 do
            redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
        end
        return #ARGV
        """;

    /// <summary>KEYS: hash. ARGV: seconds to keep it without use, then field, count, field, count … Gives each field's sum.</summary>
    public const string AddAndGet =
        """
        local sums = {}
        for i = 2, #ARGV, 2 do
            sums[#sums + 1] = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
        end
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return sums
        """;

    /// <summary>KEYS: log. ARGV: lines to keep, seconds to keep them, then the lines.</summary>
    public const string AppendLog =
        """
        for i = 3, #ARGV do
            redis.call('RPUSH', KEYS[1], ARGV[i])
        end
        redis.call('LTRIM', KEYS[1], -tonumber(ARGV[1]), -1)
        return redis.call('EXPIRE', KEYS[1], ARGV[2])
        """;
}
