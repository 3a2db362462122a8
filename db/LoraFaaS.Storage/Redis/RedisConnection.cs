using LoraFaaS.ControlPlane.Ports;
using StackExchange.Redis;

namespace LoraFaaS.Storage.Redis;

/// <summary>
/// One multiplexed connection that reconnects by itself. Every command is bounded in time and fails as
/// <see cref="WarmStateUnavailableException"/>.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    private RedisConnection(ConnectionMultiplexer multiplexer, TimeSpan timeout, TimeProvider time) =>
        (_multiplexer, _timeout, _time) = (multiplexer, timeout, time);

    public ConnectionMultiplexer Multiplexer => _multiplexer;

    /// <summary>Returns whether or not Redis is there: the controller starts without it.</summary>
    /// <exception cref="StorageStartException">The configuration cannot be read.</exception>
    public static RedisConnection Open(string configuration, TimeSpan timeout, TimeProvider time)
    {
        try
        {
            var options = ConfigurationOptions.Parse(configuration);
            var milliseconds = (int)timeout.TotalMilliseconds;
            options.AbortOnConnectFail = false;
            options.ConnectTimeout = milliseconds;
            options.SyncTimeout = milliseconds;
            options.ConnectRetry = 1;
            options.ReconnectRetryPolicy = new LinearRetry(Math.Min(milliseconds, 500));

            // Seconds. Finds a half-open connection within two of them.
            options.KeepAlive = 10;
            options.ClientName ??= "lorafaas";
            return new RedisConnection(ConnectionMultiplexer.Connect(options), timeout, time);
        }
        catch (Exception exception) when (exception is ArgumentException or RedisConnectionException or FormatException)
        {
            throw new StorageStartException($"Storage:Redis cannot be used ({exception.Message.ReplaceLineEndings(" ")}); it looks like 'host:6379'.", exception);
        }
    }

    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        try
        {
            // The library bounds asynchronous commands in its second major version only.
            return await command(_multiplexer.GetDatabase()).WaitAsync(_timeout, _time, cancellationToken);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw Unavailable(exception);
        }
    }

    /// <summary>Runs a script, which a restarted server does not know any more: the library finds out by one failure.</summary>
    public Task<RedisResult> RunScriptAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        RunAsync(
            async database =>
            {
                try
                {
                    return await database.ScriptEvaluateAsync(script, keys, values);
                }
                catch (RedisServerException exception) when (exception.Message.Contains("NOSCRIPT", StringComparison.Ordinal))
                {
                    return await database.ScriptEvaluateAsync(script, keys, values);
                }
            },
            cancellationToken);

    public void Dispose()
    {
        // What is on its way is not waited for: it may be lost, and a wait would cost the whole timeout when Redis is away.
        _multiplexer.Close(allowCommandsToComplete: false);
        _multiplexer.Dispose();
    }

    private static bool IsFailure(Exception exception) =>
        exception is RedisException or TimeoutException or RedisCommandException or ObjectDisposedException;

    private static WarmStateUnavailableException Unavailable(Exception exception) =>
        new($"Redis did not do it: {exception.Message.ReplaceLineEndings(" ")}", exception);
}
